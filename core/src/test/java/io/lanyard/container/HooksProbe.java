// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.CredentialsException;
import io.lanyard.testsupport.SocketTransportPeer;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CacheRequest;
import java.net.CacheResponse;
import java.net.CookieHandler;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ResponseCache;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Sets every hook of the JVM to a trap, closes each once by ordinary means, and then fetches credentials. Says on
 * standard output which traps closed before and after.
 */
final class HooksProbe {

    private static final Set<String> CLOSED = new ConcurrentSkipListSet<>();
    private static final String LENGTH_0 = "Content-Length: 0\r\n\r\n";

    private HooksProbe() {}

    @SuppressWarnings("SystemOut") // it is how the test hears of it
    public static void main(String[] arguments) throws Exception {
        try (SocketTransportPeer httpProxy = trap("http.proxyHost");
                SocketTransportPeer httpsProxy = trap("https.proxyHost");
                ServerSocket socksProxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SocketTransportPeer unauthorized = SocketTransportPeer.answering(
                        "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\n" + LENGTH_0);
                SocketTransportPeer cookie =
                        SocketTransportPeer.answering("HTTP/1.1 200 x\r\nSet-Cookie: a=b\r\n" + LENGTH_0)) {
            Thread socks = new Thread(() -> acceptSocks(socksProxy));
            socks.setDaemon(true);
            socks.start();

            setProperties(httpProxy.port(), httpsProxy.port(), socksProxy.getLocalPort());
            touchProxies();
            installTraps();
            touchTraps(unauthorized, cookie);
            new TreeSet<>(CLOSED).forEach(name -> System.out.println("before: " + name));

            CLOSED.clear();
            fetch();
            new TreeSet<>(CLOSED).forEach(name -> System.out.println("after: " + name));
        }
    }

    private static void setProperties(int http, int https, int socks) {
        for (String scheme : List.of("http", "https")) {
            System.setProperty(scheme + ".proxyHost", "127.0.0.1");
            System.setProperty(scheme + ".proxyPort", String.valueOf(scheme.equals("http") ? http : https));
            System.setProperty(scheme + ".nonProxyHosts", "");
        }
        System.setProperty("http.nonProxyHosts", "");
        System.setProperty("socksProxyHost", "127.0.0.1");
        System.setProperty("socksProxyPort", String.valueOf(socks));
        System.setProperty("socksNonProxyHosts", "");
        System.setProperty("java.net.useSystemProxies", "true");
    }

    /** While the JVM's own selector is there, which obeys the properties. */
    private static void touchProxies() throws IOException {
        for (String uri : List.of("http://127.0.0.1:9/", "https://127.0.0.1:9/")) {
            try {
                read(URI.create(uri).toURL());
            } catch (IOException e) {
                // the trap answers nothing of use
            }
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), 2_000);
        } catch (IOException e) {
            // nor does this one
        }
    }

    private static void installTraps() {
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                CLOSED.add("ProxySelector");
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
        Authenticator.setDefault(new Authenticator() {
            @Override
            protected @Nullable PasswordAuthentication getPasswordAuthentication() {
                CLOSED.add("Authenticator");
                return null;
            }
        });
        CookieHandler.setDefault(new CookieHandler() {
            @Override
            public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
                CLOSED.add("CookieHandler");
                return Map.of();
            }

            @Override
            public void put(URI uri, Map<String, List<String>> headers) {
                CLOSED.add("CookieHandler");
            }
        });
        ResponseCache.setDefault(new ResponseCache() {
            @Override
            public @Nullable CacheResponse get(URI uri, String method, Map<String, List<String>> headers) {
                CLOSED.add("ResponseCache");
                return null;
            }

            @Override
            public @Nullable CacheRequest put(URI uri, URLConnection connection) {
                CLOSED.add("ResponseCache");
                return null;
            }
        });
        URL.setURLStreamHandlerFactory(protocol -> {
            CLOSED.add("URLStreamHandlerFactory");
            return null;
        });
    }

    private static void touchTraps(SocketTransportPeer unauthorized, SocketTransportPeer cookie) throws IOException {
        System.clearProperty("socksProxyHost");
        for (int port : List.of(unauthorized.port(), cookie.port())) {
            try {
                read(new URL("http", "127.0.0.1", port, "/"));
            } catch (IOException e) {
                // a 401
            }
        }
        // a protocol that the JVM has not looked up yet
        try {
            read(new URL("ftp://127.0.0.1:9/"));
        } catch (IOException e) {
            // nobody is there
        }
        System.setProperty("socksProxyHost", "127.0.0.1");
    }

    private static void read(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setConnectTimeout(2_000);
        connection.setReadTimeout(2_000);
        connection.getInputStream().readAllBytes();
        if (connection instanceof HttpURLConnection http) {
            http.disconnect();
        }
    }

    @SuppressWarnings("SystemOut")
    private static void fetch() throws Exception {
        String good = SourceWorld.good("2099-01-01T00:00:00Z");
        try (SocketTransportPeer agent = SocketTransportPeer.answering(
                        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: " + good.length() + "\r\n\r\n" + good);
                SocketTransportPeer unauthorized = SocketTransportPeer.answering(
                        "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=x\r\n" + LENGTH_0);
                SocketTransportPeer moved = SocketTransportPeer.answering(
                        "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:" + agent.port() + "/\r\n" + LENGTH_0)) {
            for (String host : List.of("127.0.0.1", "localhost")) {
                say("http", "http://" + host + ":" + agent.port() + "/");
            }
            say("401", "http://127.0.0.1:" + unauthorized.port() + "/");
            say("302", "http://127.0.0.1:" + moved.port() + "/");
            say("https", "https://127.0.0.1:" + agent.port() + "/");
        }
    }

    @SuppressWarnings("SystemOut")
    private static void say(String name, String uri) throws InterruptedException {
        String outcome;
        try {
            outcome = ContainerCredentialsSource.builder()
                    .fullUri(uri)
                    .token("eyJ.token-CANARY")
                    .maxAttempts(1)
                    .attemptTimeout(Duration.ofSeconds(2))
                    .build()
                    .resolve()
                    .accessKeyId();
        } catch (CredentialsException e) {
            outcome = e.category().name();
        }
        System.out.println(name + ": " + outcome);
    }

    private static SocketTransportPeer trap(String name) throws IOException {
        return SocketTransportPeer.replying((socket, out) -> {
            CLOSED.add(name);
            out.write(("HTTP/1.1 502 x\r\n" + LENGTH_0).getBytes(StandardCharsets.US_ASCII));
        });
    }

    private static void acceptSocks(ServerSocket listener) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                CLOSED.add("socksProxyHost");
                socket.getOutputStream().write(new byte[] {5, (byte) 0xff});
            } catch (IOException e) {
                // over
            }
        }
    }
}
