// SPDX-License-Identifier: Apache-2.0

/** Lanyard's credentials as a credentials provider of the AWS SDK for Java 2.x. */
@SuppressWarnings("module") // the SDK itself is called v2
module io.lanyard.sdk.v2 {
    requires transitive io.lanyard.core;
    requires transitive software.amazon.awssdk.auth;
    requires transitive software.amazon.awssdk.identity.spi;
    requires transitive software.amazon.awssdk.http;
    requires transitive software.amazon.awssdk.utils;
    requires transitive software.amazon.awssdk.core;
    requires transitive software.amazon.awssdk.profiles;
    requires transitive software.amazon.awssdk.regions;
    requires software.amazon.awssdk.awscore;
    requires static software.amazon.awssdk.services.sts;
    requires static software.amazon.awssdk.http.urlconnection;
    requires static software.amazon.awssdk.http.apache;
    requires static org.apache.httpcomponents.httpclient;
    requires static transitive org.jspecify;

    exports io.lanyard.sdk.v2;
}
