#!/bin/sh
# Seen with Linux 6.18 on x86-64 and CPython 3.11.
#
# A netlink request SOCK_DIAG_BY_FAMILY without NLM_F_DUMP asks for one socket by the addresses and ports of its two ends,
# to learn its user, for example. One would expect that socket or ENOENT. But the kernel looks for what would receive a
# packet with these addresses. Where there is no such connection, the answer is the listening socket of the local port,
# whoever the peer is said to be, and `idiag_states` does not count. Nor does the family: an IPv4 lookup finds the IPv6
# socket by which a server for both families talks to an IPv4 client, which the dump of IPv4 sockets does not have.
#
# Seen output (a server on [::] for both families, a client from 127.0.0.1, only ESTABLISHED is asked for):
#   IPv4 lookup of the server's side: an IPv6 socket, ESTABLISHED
#   IPv4 dump: only the client's side
#   IPv4 lookup of a connection that never was: an IPv6 socket, LISTEN
#   IPv4 lookup of one from 192.0.2.1: an IPv6 socket, LISTEN
#   IPv4 lookup of one to a port without a server: ENOENT
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cat > "$directory/see.py" <<'END'
import errno
import socket
import struct
import sys

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
STATES = {1: "ESTABLISHED", 10: "LISTEN"}
FAMILIES = {socket.AF_INET: "an IPv4 socket", socket.AF_INET6: "an IPv6 socket"}
NO_COOKIE = b"\xff" * 8


def ask(flags, local, peer):
    """The family, state and local port of each established IPv4 socket, or of that between these ends."""
    ends = struct.pack("!HH", local[1], peer[1])
    ends += socket.inet_aton(local[0]).ljust(16, b"\0") + socket.inet_aton(peer[0]).ljust(16, b"\0")
    request = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 1 << 1)
    request += ends + struct.pack("=I", 0) + NO_COOKIE
    header = struct.pack("=IHHII", 16 + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | flags, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
        netlink.send(header + request)
        while True:
            answer = netlink.recv(1 << 20)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                message, answer = answer[16:length], answer[(length + 3) & ~3 :]
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    raise OSError(-struct.unpack_from("=i", message)[0], "sock_diag")
                yield message[0], message[1], struct.unpack_from("!H", message, 4)[0]
                if flags != NLM_F_DUMP:
                    return


def look_up(name, local, peer):
    try:
        family, state, _ = next(ask(0, local, peer))
        outcome = f"{FAMILIES[family]}, {STATES[state]}"
    except OSError as error:
        outcome = errno.errorcode[error.errno]
    return f"IPv4 lookup of {name}: {outcome}"


with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
    port = listener.getsockname()[1]
    server = ("127.0.0.1", port)
    with socket.create_connection(server) as client, listener.accept()[0]:
        mine = client.getsockname()
        dumped = {local for _, _, local in ask(NLM_F_DUMP, ("0.0.0.0", 0), ("0.0.0.0", 0))} & {port, mine[1]}
        sides = "only the client's side" if dumped == {mine[1]} else f"ports {dumped}"
        seen = [
            look_up("the server's side", server, mine),
            f"IPv4 dump: {sides}",
            look_up("a connection that never was", server, ("127.0.0.1", 1)),
            look_up("one from 192.0.2.1", server, ("192.0.2.1", 50000)),
        ]
seen.append(look_up("one to a port without a server", server, ("192.0.2.1", 50000)))
print("\n".join(seen))
sys.exit(
    seen
    != [
        "IPv4 lookup of the server's side: an IPv6 socket, ESTABLISHED",
        "IPv4 dump: only the client's side",
        "IPv4 lookup of a connection that never was: an IPv6 socket, LISTEN",
        "IPv4 lookup of one from 192.0.2.1: an IPv6 socket, LISTEN",
        "IPv4 lookup of one to a port without a server: ENOENT",
    ]
)
END
python3 "$directory/see.py"
