// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.0 and 1.1 over plain sockets in the manner of Go's net/http, because faults need every byte in hand. Opened
 * once, closed once; a daemon thread accepts and one more serves each connection.
 */
public final class HttpServer implements AutoCloseable {
    /** Go's 1 MiB of headers and its 4 KiB of slack. */
    private static final int MAX_HEAD = (1 << 20) + 4096;

    /** What Go reads of a body that the handler left alone; more than any form of ours has. */
    private static final int MAX_BODY = 256 << 10;

    private static final int LINGER_MILLIS = 500;
    private static final int JOIN_MILLIS = 5_000;
    private static final byte[] GARBAGE = garbage();

    private final ServerSocket listener;
    private final String name;
    private final Duration idle;
    private final InstantSource clock;
    private final Service service;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Thread, Socket> connections = new HashMap<>();
    private final Thread acceptor;

    /** Decides what is answered; called on the connection's thread. */
    public interface Service {
        Reply reply(HttpRequest request);
    }

    /**
     * An answer, if any, and what goes wrong with it.
     *
     * @param answer null if none is sent
     * @param delivery how it is sent, or what happens in its place
     * @param delay before anything is sent, in real time
     * @param perByte the pause after each byte of an answer that drips
     * @param size length of an oversize body; {@code Long.MAX_VALUE} is endless
     */
    public record Reply(@Nullable HttpAnswer answer, Delivery delivery, Duration delay, Duration perByte, long size) {

        /** That answer, whole and at once. */
        public static Reply of(HttpAnswer answer) {
            return new Reply(answer, Delivery.WHOLE, Duration.ZERO, Duration.ZERO, 0);
        }
    }

    public HttpServer(String name, InetAddress address, int port, Duration idle, InstantSource clock, Service service)
            throws IOException {
        this.name = name;
        this.idle = idle;
        this.clock = clock;
        this.service = service;
        this.listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(address, port), 1024);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        this.acceptor = daemon(this::accept, name + "-" + listener.getLocalPort());
    }

    public void start() {
        acceptor.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Refuses connections, breaks off those that are open, and waits for its threads, five seconds at most. */
    @Override
    public void close() {
        List<Thread> threads;
        synchronized (connections) {
            closed.countDown();
            closeQuietly(listener);
            connections.values().forEach(HttpServer::closeQuietly);
            threads = new ArrayList<>(connections.keySet());
        }
        threads.add(acceptor);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(JOIN_MILLIS);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (!thread.equals(Thread.currentThread()) && left > 0) {
                try {
                    thread.join(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                serveOnOwnThread(listener.accept());
            } catch (IOException e) {
                // closed, or a client that left before it was accepted
            }
        }
    }

    private void serveOnOwnThread(Socket socket) {
        synchronized (connections) {
            if (closed.getCount() == 0) {
                closeQuietly(socket);
                return;
            }
            Thread thread = daemon(() -> serve(socket), name + "-" + port() + "-client-" + socket.getPort());
            connections.put(thread, socket);
            thread.start();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            new Connection(socket).run();
        } catch (IOException e) {
            // the client left, stayed silent for too long, or the server was closed
        } finally {
            synchronized (connections) {
                connections.remove(Thread.currentThread());
            }
        }
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // nothing is lost: it is going away
        }
    }

    private static byte[] garbage() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 167 + 0x80);
        }
        return bytes;
    }

    /** One client, request after request. */
    private final class Connection implements HttpRequest.Client {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final String remote;
        private boolean unreadInput;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
            String address = socket.getInetAddress().getHostAddress();
            this.remote = (address.contains(":") ? "[" + address + "]" : address) + ":" + socket.getPort();
        }

        void run() throws IOException {
            try {
                boolean more = true;
                while (more) {
                    HttpRequest request = read();
                    more = request != null && deliver(request, service.reply(request));
                }
            } catch (BadRequestException e) {
                unreadInput = true;
                String problem = String.valueOf(e.getMessage());
                write(("HTTP/1.1 " + problem
                                + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" + problem)
                        .getBytes(StandardCharsets.UTF_8));
            }
            linger();
        }

        /** Lets the client read what was sent: closing on unread input would reset the connection. */
        private void linger() throws IOException {
            if (!unreadInput || socket.isClosed()) {
                return;
            }
            socket.shutdownOutput();
            socket.setSoTimeout(LINGER_MILLIS);
            drainUntilClientLeaves();
        }

        private void drainUntilClientLeaves() throws IOException {
            byte[] sink = new byte[8192];
            while (in.read(sink) >= 0) {
                // what is sent meanwhile interests nobody
            }
        }

        private @Nullable HttpRequest read() throws IOException, BadRequestException {
            socket.setSoTimeout(Math.toIntExact(idle.toMillis()));
            List<String> lines = readHead();
            if (lines.isEmpty()) {
                return null;
            }
            String[] words = lines.get(0).split(" ", -1);
            if (words.length != 3 || words[0].isEmpty() || !words[2].matches("HTTP/\\d\\.\\d")) {
                throw new BadRequestException("400 Bad Request");
            }
            if (!words[2].startsWith("HTTP/1.")) {
                throw new BadRequestException("505 HTTP Version Not Supported: unsupported protocol version");
            }
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                headers.add(header(line));
            }
            HttpRequest request = new HttpRequest(
                    words[0], words[1], words[2].equals("HTTP/1.0"), List.copyOf(headers), remote, "", this);
            if (!request.http10() && request.header("Host") == null) {
                throw new BadRequestException("400 Bad Request: missing required Host header");
            }
            return request.withBody(readBody(request));
        }

        private Map.Entry<String, String> header(String line) throws BadRequestException {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.substring(0, colon).chars().anyMatch(c -> c <= ' ')) {
                throw new BadRequestException("400 Bad Request");
            }
            String value = line.substring(colon + 1).strip();
            if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
                throw new BadRequestException("400 Bad Request: invalid header value");
            }
            return Map.entry(line.substring(0, colon), value);
        }

        /** The lines up to the empty one; none if the client left between two requests. */
        private List<String> readHead() throws IOException, BadRequestException {
            List<String> lines = new ArrayList<>();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int read = 0; read < MAX_HEAD; read++) {
                int b = in.read();
                if (b < 0) {
                    return List.of();
                }
                if (b != '\n') {
                    line.write(b);
                    continue;
                }
                String text = line.toString(StandardCharsets.ISO_8859_1);
                line.reset();
                text = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
                if (text.isEmpty() && !lines.isEmpty()) {
                    return lines;
                }
                lines.add(text);
            }
            throw new BadRequestException("431 Request Header Fields Too Large");
        }

        private String readBody(HttpRequest request) throws IOException, BadRequestException {
            String length = request.header("Content-Length");
            if (length != null && !length.matches("\\d{1,18}")) {
                throw new BadRequestException("400 Bad Request: bad Content-Length");
            }
            long bytes = length == null ? 0 : Long.parseLong(length);
            boolean untouched = request.header("Transfer-Encoding") != null
                    || bytes > MAX_BODY
                    || (bytes > 0 && request.hasToken("Expect", "100-continue"));
            if (untouched) {
                unreadInput = true;
                return "";
            }
            byte[] body = in.readNBytes((int) bytes);
            if (body.length < bytes) {
                throw new EOFException("the client left in the body");
            }
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Sends the reply; whether the connection lives on. */
        private boolean deliver(HttpRequest request, Reply reply) throws IOException {
            if (!pause(reply.delay())) {
                return false;
            }
            HttpAnswer answer = reply.answer();
            if (answer == null) {
                return deliverNothing(reply.delivery());
            }
            if (reply.delivery() == Delivery.OVERSIZE) {
                return deliverOversize(request, answer, reply.size());
            }
            HttpAnswer.Wire wire = answer.wire(request, clock.instant(), unreadInput);
            byte[] half = Arrays.copyOf(wire.body, wire.body.length / 2);
            switch (reply.delivery()) {
                case HANG_AFTER_HEADERS -> {
                    write(wire.head);
                    return hang();
                }
                case RESET_IN_BODY -> {
                    write(wire.head, half);
                    return reset();
                }
                case HALF_BODY -> {
                    write(wire.head, half);
                    return false;
                }
                case DRIP -> {
                    return drip(wire, reply.perByte()) && !wire.close;
                }
                default -> {
                    write(wire.head, wire.body);
                    return !wire.close;
                }
            }
        }

        private boolean deliverNothing(Delivery delivery) throws IOException {
            return switch (delivery) {
                case HANG -> hang();
                case RESET -> reset();
                case GARBAGE -> {
                    write(GARBAGE);
                    yield false;
                }
                default -> false;
            };
        }

        private boolean deliverOversize(HttpRequest request, HttpAnswer answer, long size) throws IOException {
            boolean endless = size == Long.MAX_VALUE;
            HttpAnswer.Framing framing = !endless
                    ? HttpAnswer.Framing.LENGTH
                    : request.http10() ? HttpAnswer.Framing.NONE : HttpAnswer.Framing.CHUNKED;
            HttpAnswer.Wire head = answer.frame(request, clock.instant(), unreadInput, framing, size);
            write(head.head);
            if (request.isHead()) {
                return !head.close;
            }
            byte[] piece = new byte[8192];
            Arrays.fill(piece, (byte) 'A');
            byte[] chunkHead = "2000\r\n".getBytes(StandardCharsets.US_ASCII);
            byte[] chunkEnd = "\r\n".getBytes(StandardCharsets.US_ASCII);
            for (long left = size; left > 0; left -= piece.length) {
                if (framing == HttpAnswer.Framing.CHUNKED) {
                    write(chunkHead, piece, chunkEnd);
                } else {
                    out.write(piece, 0, (int) Math.min(left, piece.length));
                }
            }
            return !head.close;
        }

        private boolean drip(HttpAnswer.Wire wire, Duration perByte) throws IOException {
            for (byte[] part : List.of(wire.head, wire.body)) {
                for (byte b : part) {
                    out.write(b);
                    if (!pause(perByte)) {
                        return false;
                    }
                }
            }
            return true;
        }

        private boolean hang() throws IOException {
            socket.setSoTimeout(0);
            drainUntilClientLeaves();
            return false;
        }

        private boolean reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
            return false;
        }

        /** As Go's server, takes the end of the client's sending for its leaving. */
        @Override
        public boolean staysFor(Duration duration) {
            if (duration.isZero()) {
                return true;
            }
            try {
                socket.setSoTimeout(Math.toIntExact(Math.max(1, duration.toMillis())));
                in.mark(1);
                if (in.read() < 0) {
                    return false;
                }
                in.reset(); // the next request, ahead of its turn
                return pause(duration);
            } catch (SocketTimeoutException e) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        /** Waits in real time; false if the server was closed meanwhile. */
        private boolean pause(Duration duration) {
            try {
                return duration.isZero()
                        ? closed.getCount() > 0
                        : !closed.await(duration.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private void write(byte[]... parts) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(part);
            }
            out.write(all.toByteArray());
        }
    }

    /** A request that Go's server refuses before any handler sees it; the message is status and reason. */
    private static final class BadRequestException extends Exception {
        private static final long serialVersionUID = 1L;

        BadRequestException(String message) {
            super(message);
        }
    }
}
