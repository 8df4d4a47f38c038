// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.Scheduler;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends one GET over one plain socket.
 *
 * <p>Written by hand for four reasons: a hard deadline for the whole exchange, a connection to the very address that
 * was checked, no JVM-wide hook that can see or change a request with a token, and a start-up that takes a fraction of
 * any HTTP client's.
 */
public final class SocketTransport implements AgentTransport {

    /** A name may have many addresses, and each may fail. */
    private static final int MOST_SUPPRESSED = 4;

    private static final String TOO_LATE = "the answer was not complete in time";

    private final HostResolver resolver;
    private final Clock clock;
    private final Scheduler scheduler;
    private final @Nullable SSLSocketFactory tls;

    /**
     * Creates a transport.
     *
     * @param resolver resolves host names whose addresses have not been checked
     * @param clock measures the deadlines
     * @param scheduler closes a socket at its deadline
     * @param tls makes TLS sockets; null for the JVM's default
     */
    public SocketTransport(HostResolver resolver, Clock clock, Scheduler scheduler, @Nullable SSLSocketFactory tls) {
        this.resolver = resolver;
        this.clock = clock;
        this.scheduler = scheduler;
        this.tls = tls;
    }

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        long start = clock.nanoTime();
        long total = request.connectTimeout().toNanos() + request.timeout().toNanos();
        List<InetAddress> addresses =
                request.addresses().isEmpty() ? HostLookup.lookUp(resolver, request.host()) : request.addresses();
        long left = total - (clock.nanoTime() - start);
        if (left <= 0) {
            throw new SocketTimeoutException("the host name was not resolved in time");
        }
        long connectBy =
                clock.nanoTime() + Math.min(left, request.connectTimeout().toNanos());
        IOException unconnected = null;
        List<IOException> earlier = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            try (DeadlineSocket socket = new DeadlineSocket(clock)) {
                // an address that drops packets must leave time for the next
                long share = (connectBy - clock.nanoTime()) / (addresses.size() - i);
                if (share <= 0 && unconnected != null) {
                    break;
                }
                IOException refusal = connect(socket, addresses.get(i), request.port(), share);
                if (refusal == null) {
                    left = total - (clock.nanoTime() - start);
                    return exchange(
                            socket, request, Math.min(left, request.timeout().toNanos()));
                }
                if (unconnected != null && earlier.size() < MOST_SUPPRESSED) {
                    earlier.add(unconnected);
                }
                unconnected = refusal;
            }
        }
        if (unconnected == null) {
            throw new IOException("the host has no address");
        }
        earlier.forEach(unconnected::addSuppressed);
        int more = addresses.size() - 1 - earlier.size();
        if (more > 0) {
            unconnected.addSuppressed(new IOException("and " + more + " more addresses that failed or were not tried"));
        }
        throw unconnected;
    }

    private static @Nullable IOException connect(DeadlineSocket socket, InetAddress address, int port, long nanos) {
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, nanos / 1_000_000));
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(address, port), millis);
            return null;
        } catch (SocketTimeoutException e) {
            return new SocketTimeoutException("connect timed out after " + millis + " ms");
        } catch (IOException e) {
            return e;
        }
    }

    private AgentResponse exchange(DeadlineSocket socket, AgentRequest request, long nanos) throws IOException {
        byte[] head = head(request);
        socket.deadline(nanos);
        // room for the whole request, so that a write never waits for the peer to read
        socket.setSendBufferSize(2 * head.length + 4096);
        if (!request.secure()) {
            return converse(socket, head, request);
        }
        // TLS also writes when the peer requests a key update, and a write to a peer that does not read has no timeout
        Scheduler.Timer timer = scheduler.schedule(socket, DeadlineSocket::expire, Duration.ofNanos(nanos));
        try {
            return converse(encrypted(socket, request), head, request);
        } catch (IOException e) {
            throw socket.expired ? new SocketTimeoutException(TOO_LATE) : e;
        } finally {
            timer.cancel();
        }
    }

    private static AgentResponse converse(Socket channel, byte[] head, AgentRequest request) throws IOException {
        channel.getOutputStream().write(head);
        channel.getOutputStream().flush();
        return ResponseReader.read(channel.getInputStream(), request.bodyLimit());
        // closing the plain socket is enough; TLS's close_notify would be one more write to wait for
    }

    private Socket encrypted(DeadlineSocket socket, AgentRequest request) throws IOException {
        SSLSocketFactory factory = tls == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : tls;
        String peer = request.host().startsWith("[")
                ? request.host().substring(1, request.host().length() - 1)
                : request.host();
        SSLSocket encrypted = (SSLSocket) factory.createSocket(socket, peer, request.port(), true);
        SSLParameters parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        encrypted.startHandshake();
        return encrypted;
    }

    private static byte[] head(AgentRequest request) {
        StringBuilder head = new StringBuilder("GET ").append(request.target()).append(" HTTP/1.1\r\n");
        header(head, "Host", request.authority());
        request.headers().forEach((name, value) -> header(head, name, value));
        header(head, "Connection", "close");
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void header(StringBuilder head, String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) >= 0x7f) {
                throw new IllegalArgumentException("the header " + name + " has a character that it cannot carry");
            }
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }

    /** A plain socket that uses no proxy and whose every read, TLS's included, ends by the deadline. */
    private static final class DeadlineSocket extends Socket {
        private final Clock clock;
        private long deadline;
        private volatile boolean expired;

        DeadlineSocket(Clock clock) {
            super(Proxy.NO_PROXY);
            this.clock = clock;
        }

        void deadline(long nanos) {
            deadline = clock.nanoTime() + nanos;
        }

        /** Closes the socket, which ends every read and write in progress. Closing a plain socket does not block. */
        void expire() {
            expired = true;
            try {
                close();
            } catch (IOException e) {
                // it is closed anyway
            }
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    untilDeadline();
                    return in.read();
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    untilDeadline();
                    return in.read(bytes, offset, length);
                }
            };
        }

        private void untilDeadline() throws IOException {
            long millis = (deadline - clock.nanoTime()) / 1_000_000;
            if (millis < 1) {
                throw new SocketTimeoutException(TOO_LATE);
            }
            setSoTimeout((int) Math.min(Integer.MAX_VALUE, millis));
        }
    }
}
