// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3ProxyHandler;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.gaul.shaded.org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.gaul.shaded.org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.gaul.shaded.org.eclipse.jetty.http.HttpCompliance;
import org.gaul.shaded.org.eclipse.jetty.http.UriCompliance;
import org.gaul.shaded.org.eclipse.jetty.server.HttpConfiguration;
import org.gaul.shaded.org.eclipse.jetty.server.HttpConnectionFactory;
import org.gaul.shaded.org.eclipse.jetty.server.Server;
import org.gaul.shaded.org.eclipse.jetty.server.ServerConnector;
import org.gaul.shaded.org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Serves S3 in memory on loopback: S3Proxy, which verifies every SigV4 signature, with keys that can be added and revoked
 * while it runs.
 *
 * <p>S3Proxy's own server accepts any session token. So its handler runs in a servlet that compares the token of the
 * request with the one that was issued with the key. Thread-safe.
 */
final class ObjectStore implements AutoCloseable {
    private static final Pattern KEY_ID = Pattern.compile("Credential=([^/,\\s]+)/");
    private static final int LARGEST_OBJECT = 1 << 20;

    private final Map<String, Key> keys = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> served = new ConcurrentHashMap<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Server server;
    private final ServerConnector connector;

    private ObjectStore(boolean open) {
        BlobStore blobs = new TransientNio2BlobStore();
        Handler handler = new Handler(blobs, open);
        handler.setBlobStoreLocator((id, container, blob) -> {
            Key key = id == null ? null : keys.get(id);
            if (open) {
                return AccessGrant.anonymous(blobs);
            }
            return key == null ? null : new AccessGrant(key.secret(), blobs);
        });
        QueuedThreadPool threads = new QueuedThreadPool(8);
        threads.setDaemon(true);
        threads.setName("s3");
        HttpConfiguration http = new HttpConfiguration();
        // as in S3Proxy's own server: other settings change the text that was signed
        http.setHttpCompliance(HttpCompliance.LEGACY);
        http.setUriCompliance(UriCompliance.LEGACY);
        http.setHeaderCacheCaseSensitive(true);
        http.setSendServerVersion(false);
        server = new Server(threads);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new Front(handler)), "/*");
        server.setHandler(context);
        server.setStopTimeout(0);
    }

    /**
     * Starts on a free port.
     *
     * @param open whether to accept every request (sabotage)
     */
    static ObjectStore start(boolean open) throws IOException {
        ObjectStore store = new ObjectStore(open);
        try {
            store.server.start();
            return store;
        } catch (Exception e) {
            store.close();
            throw new IOException("the S3 endpoint could not be started", e);
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort());
    }

    void allow(String accessKeyId, String secret, @Nullable String sessionToken) {
        keys.put(accessKeyId, new Key(secret, sessionToken));
    }

    void revoke(String accessKeyId) {
        keys.remove(accessKeyId);
    }

    /** Returns the number of calls served so far by access key id. */
    Map<String, Integer> served() {
        Map<String, Integer> counts = new ConcurrentHashMap<>();
        served.forEach((key, count) -> counts.put(key, count.get()));
        return counts;
    }

    /** Returns the number of calls refused so far, with any key. */
    int refused() {
        return refused.get();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 endpoint could not be stopped", e);
        }
    }

    /** Not a record, because its {@code toString} would show the secret. */
    private static final class Key {
        private final String secret;
        private final @Nullable String sessionToken;

        Key(String secret, @Nullable String sessionToken) {
            this.secret = secret;
            this.sessionToken = sessionToken;
        }

        String secret() {
            return secret;
        }

        boolean hasToken(@Nullable String sent) {
            return Objects.equals(sessionToken, sent);
        }
    }

    private static final class Handler extends S3ProxyHandler {
        Handler(BlobStore blobs, boolean open) {
            super(
                    blobs,
                    open ? AuthenticationType.NONE : AuthenticationType.AWS_V4,
                    // not used: the locator has the keys
                    open ? null : "identity",
                    open ? null : "credential",
                    null,
                    LARGEST_OBJECT,
                    LARGEST_OBJECT,
                    LARGEST_OBJECT,
                    // without it, the header of a session token is answered with 501
                    true,
                    null,
                    null,
                    15 * 60);
        }

        void refuse(HttpServletRequest request, HttpServletResponse response, int status, String code, String message)
                throws IOException {
            sendSimpleErrorResponse(request, response, code, status, message, Map.of());
        }
    }

    @SuppressWarnings("serial") // never serialized
    private final class Front extends HttpServlet {
        private final Handler handler;

        Front(Handler handler) {
            this.handler = handler;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String id = keyId(request);
            Key key = keys.get(id);
            if (key != null && !key.hasToken(request.getHeader("x-amz-security-token"))) {
                handler.refuse(
                        request, response, 400, "InvalidToken", "The provided token does not belong to this key.");
            } else {
                answer(request, response);
            }
            if (response.getStatus() < 400) {
                served.computeIfAbsent(id, unused -> new AtomicInteger()).incrementAndGet();
            } else {
                refused.incrementAndGet();
            }
        }

        private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try (InputStream body = request.getInputStream()) {
                handler.doHandle(request, request, response, body, new S3ProxyHandler.RequestContext());
            } catch (AwsServiceException e) {
                AwsErrorDetails details = e.awsErrorDetails();
                handler.refuse(request, response, e.statusCode(), details.errorCode(), details.errorMessage());
            }
        }

        private static String keyId(HttpServletRequest request) {
            String authorization = request.getHeader("Authorization");
            Matcher matcher = KEY_ID.matcher(authorization == null ? "" : authorization);
            return matcher.find() ? matcher.group(1) : "";
        }
    }
}
