// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.http.HttpAnswer;
import java.util.UUID;

/** Writes the XML of the STS query protocol. */
final class StsXml {
    private StsXml() {}

    static HttpAnswer success(String action, String result) {
        String requestId = UUID.randomUUID().toString();
        return answer(200, requestId, """
                <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <%1$sResult>
                %2$s  </%1$sResult>
                  <ResponseMetadata>
                    <RequestId>%3$s</RequestId>
                  </ResponseMetadata>
                </%1$sResponse>
                """.formatted(action, result, requestId));
    }

    static HttpAnswer error(int status, String code, String message) {
        String requestId = UUID.randomUUID().toString();
        String type = status < 500 ? "Sender" : "Receiver";
        return answer(status, requestId, """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <Error>
                    <Type>%s</Type>
                    <Code>%s</Code>
                    <Message>%s</Message>
                  </Error>
                  <RequestId>%s</RequestId>
                </ErrorResponse>
                """.formatted(type, code, message, requestId));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static HttpAnswer answer(int status, String requestId, String body) {
        return HttpAnswer.of(status, "text/xml", body).with("x-amzn-RequestId", requestId);
    }
}
