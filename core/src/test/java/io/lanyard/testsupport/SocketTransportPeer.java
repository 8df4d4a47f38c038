// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import io.lanyard.spi.AgentRequest;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other end of a socket, byte for byte: hands out what it was asked, and answers what it is told to. */
public final class SocketTransportPeer implements AutoCloseable {

    /** What to do with a connection whose request has been read. */
    @FunctionalInterface
    public interface Reply {
        void to(Socket socket, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final Reply reply;
    private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

    private SocketTransportPeer(ServerSocket listener, Reply reply) {
        this.listener = listener;
        this.reply = reply;
    }

    public static SocketTransportPeer replying(Reply reply) throws IOException {
        return on(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), reply);
    }

    public static SocketTransportPeer on(ServerSocket listener, Reply reply) {
        SocketTransportPeer peer = new SocketTransportPeer(listener, reply);
        Thread thread = new Thread(peer::serve, "peer-" + listener.getLocalPort());
        thread.setDaemon(true);
        thread.start();
        return peer;
    }

    /** Sends this, one character a byte, and closes. */
    public static SocketTransportPeer answering(String answer) throws IOException {
        return replying((socket, out) -> out.write(answer.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** A port of loopback where nobody listens. */
    public static int deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The next head as it was sent, one byte a character. */
    public String head() throws InterruptedException {
        String head = heads.poll(10, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("no request arrived");
        }
        return head;
    }

    public boolean sawNothing() {
        return heads.isEmpty();
    }

    public AgentRequest request() {
        return request("127.0.0.1", "/", new LinkedHashMap<>());
    }

    public AgentRequest request(String host, String target, Map<String, String> headers) {
        return new AgentRequest(
                "http",
                host,
                port(),
                List.of(InetAddress.getLoopbackAddress()),
                target,
                headers,
                Duration.ofSeconds(2),
                Duration.ofSeconds(8),
                64 * 1024);
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                String head = readHead(socket.getInputStream());
                if (!head.isEmpty()) {
                    heads.add(head);
                    reply.to(socket, socket.getOutputStream());
                }
            } catch (IOException e) {
                // the client left, or the test is over
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
            text = b == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** Connections that wait in a backlog. */
    public static final class Crowd implements Closeable {
        private final List<Socket> sockets = new ArrayList<>();

        public int size() {
            return sockets.size();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Connects until nobody is let in any more. */
    public static Crowd fillBacklog(ServerSocket listener) throws IOException {
        Crowd crowd = new Crowd();
        @Nullable Socket last = null;
        for (int i = 0; i < 64; i++) {
            last = new Socket();
            try {
                last.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), 300);
                crowd.sockets.add(last);
            } catch (SocketTimeoutException e) {
                last.close();
                return crowd;
            }
        }
        throw new AssertionError("the backlog never filled");
    }
}
