// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a client: reads a request, delivers its reply, and repeats that while both sides keep the connection
 * alive. Used by one thread.
 */
final class Connection implements HttpRequest.Client {
    private static final int LINGER_MILLIS = 500;
    private static final byte[] GARBAGE = garbage();

    private final Socket socket;
    private final Duration idle;
    private final InstantSource clock;
    private final CountDownLatch closed;
    private final InputStream in;
    private final OutputStream out;
    private final RequestReader requests;

    /**
     * Takes over the connection of that socket.
     *
     * @param idle how long the client may be silent
     * @param closed counted down when the server closes, which ends all pauses
     */
    Connection(Socket socket, Duration idle, InstantSource clock, CountDownLatch closed) throws IOException {
        this.socket = socket;
        this.idle = idle;
        this.clock = clock;
        this.closed = closed;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
        String address = socket.getInetAddress().getHostAddress();
        this.requests = new RequestReader(
                in, (address.contains(":") ? "[" + address + "]" : address) + ":" + socket.getPort(), this);
    }

    void serve(HttpServer.Service service) throws IOException {
        try {
            boolean more = true;
            while (more) {
                socket.setSoTimeout(Math.toIntExact(idle.toMillis()));
                HttpRequest request = requests.read();
                more = request != null && deliver(request, service.reply(request));
            }
        } catch (RequestReader.BadRequestException e) {
            String problem = String.valueOf(e.getMessage());
            write(("HTTP/1.1 " + problem + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                            + problem)
                    .getBytes(StandardCharsets.UTF_8));
        }
        linger();
    }

    /** Lets the client read the reply: closing a socket with unread input resets the connection. */
    private void linger() throws IOException {
        if (!requests.hasUnreadInput() || socket.isClosed()) {
            return;
        }
        socket.shutdownOutput();
        socket.setSoTimeout(LINGER_MILLIS);
        drain();
    }

    /** Discards input until the client closes the connection. */
    private void drain() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** Delivers the reply; returns whether the connection stays open. */
    private boolean deliver(HttpRequest request, HttpServer.Reply reply) throws IOException {
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
        HttpAnswer.Wire wire = answer.wire(request, clock.instant(), requests.hasUnreadInput());
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
        HttpAnswer.Wire head = answer.frame(request, clock.instant(), requests.hasUnreadInput(), framing, size);
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
        drain();
        return false;
    }

    private boolean reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
        return false;
    }

    /** As Go's server does, treats the end of the client's input as a closed connection. */
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
            in.reset(); // the client has sent its next request already
            return pause(duration);
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits in real time; returns false if the server closes. */
    private boolean pause(Duration duration) {
        try {
            return duration.isZero() ? closed.getCount() > 0 : !closed.await(duration.toNanos(), TimeUnit.NANOSECONDS);
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

    private static byte[] garbage() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 167 + 0x80);
        }
        return bytes;
    }
}
