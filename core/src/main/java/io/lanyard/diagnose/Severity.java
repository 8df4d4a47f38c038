// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

/** How bad a problem is. */
public enum Severity {
    /** Credentials cannot be loaded, or they are those of another identity. */
    PROBLEM,
    /** Credentials can be loaded, but something is likely to fail later or is not as it should be. */
    WARNING,
    /** Explains what is as it should be, for example whose identity a message names. */
    INFO
}
