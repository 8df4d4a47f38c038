// SPDX-License-Identifier: Apache-2.0

/** An application with Spring Cloud AWS and the starter, built and tested on both generations of Spring Boot. */
@NullMarked
package io.lanyard.it.spring;

import org.jspecify.annotations.NullMarked;
