//! Endpoints: which are on this machine, and what is asked there.

use arcidentity_core::ErrorKind::{self, InvalidArgument, UntrustedAgent};

/// The port in all rows that do not test ports.
pub const PORT: &str = "40342";

/// The path that is asked for tokens unless the endpoint names one.
pub const TOKENS: &str = "/metadata/identity/oauth2/token";

/// Where an agent listens.
pub const V4: &str = "127.0.0.1:40342";
/// Where it listens too.
pub const V6: &str = "[::1]:40342";

/// Name, endpoint, where the client connects in this order, and the path that it asks for. The host is asked as it
/// is written.
pub type Accepted = (&'static str, &'static str, &'static [&'static str], &'static str);

/// Every endpoint of this machine once.
pub const ACCEPTED: &[Accepted] = &[
    ("a plain address", "http://127.0.0.1:40342", &[V4], TOKENS),
    ("a slash behind", "http://127.0.0.1:40342/", &[V4], TOKENS),
    ("a path", "http://127.0.0.1:40342/metadata/identity/oauth2/token", &[V4], TOKENS),
    ("localhost", "http://localhost:40342", &[V4, V6], TOKENS),
    ("localhost and a path", "http://localhost:40342/metadata/identity/oauth2/token", &[V4, V6], TOKENS),
    ("mixed case", "HTTP://LocalHost:40342", &[V4, V6], TOKENS),
    ("mixed case and a path", "HTTP://LocalHost:1/x", &["127.0.0.1:1", "[::1]:1"], "/x"),
    ("no port", "http://127.0.0.1", &["127.0.0.1:80"], TOKENS),
    ("the highest port", "http://127.255.1.2:65535/", &["127.255.1.2:65535"], TOKENS),
    ("another address of loopback", "http://127.0.0.2:40342", &["127.0.0.2:40342"], TOKENS),
    ("the highest address", "http://127.255.255.254:40342", &["127.255.255.254:40342"], TOKENS),
    ("another path", "http://127.0.0.1:40342/elsewhere", &[V4], "/elsewhere"),
    ("a path that climbs", "http://127.0.0.1:40342/metadata/../elsewhere", &[V4], "/metadata/../elsewhere"),
    ("an encoded line end", "http://127.0.0.1:40342/x%0d%0aX-Y:%20z", &[V4], "/x%0d%0aX-Y:%20z"),
    ("IPv6", "http://[::1]:40342", &[V6], TOKENS),
    ("IPv6 and a path", "http://[::1]:40342/a/b", &[V6], "/a/b"),
    ("IPv6, written out", "http://[0:0:0:0:0:0:0:1]:40342", &[V6], TOKENS),
    ("IPv6, written out, and another port", "http://[0:0:0:0:0:0:0:1]:9", &["[::1]:9"], TOKENS),
];

/// Name, endpoint, and what it fails with. `{8K}` is 8 KiB of text. With a lax reading, most would lead to the
/// agent.
pub const REFUSED: &[(&str, &str, ErrorKind)] = &[
    ("nothing", "", InvalidArgument),
    ("a space", " ", UntrustedAgent),
    ("a word", "nonsense", UntrustedAgent),
    ("https", "https://127.0.0.1:40342", UntrustedAgent),
    ("https to localhost", "https://localhost:40342", UntrustedAgent),
    ("HTTPS", "HTTPS://localhost:40342", UntrustedAgent),
    ("ftp", "ftp://127.0.0.1:40342", UntrustedAgent),
    ("ftp to localhost", "ftp://localhost/", UntrustedAgent),
    ("file", "file:///etc/passwd", UntrustedAgent),
    ("a socket's path", "unix:///var/run/himds.sock", UntrustedAgent),
    ("no scheme", "127.0.0.1:40342", UntrustedAgent),
    ("no scheme but a name", "localhost:40342", UntrustedAgent),
    ("no scheme but slashes", "//127.0.0.1:40342", UntrustedAgent),
    ("no scheme but slashes and a name", "//localhost/", UntrustedAgent),
    ("one slash", "http:/127.0.0.1:40342", UntrustedAgent),
    ("three slashes", "http:///127.0.0.1:40342", UntrustedAgent),
    ("three slashes and a path", "http:///x", UntrustedAgent),
    ("no host", "http://:40342", UntrustedAgent),
    ("the scheme alone", "http://", UntrustedAgent),
    ("a path alone", "/metadata/identity/oauth2/token", UntrustedAgent),
    ("a short path alone", "/path", UntrustedAgent),
    ("a name", "http://example.com:40342", UntrustedAgent),
    ("a name and a path", "http://example.com/token", UntrustedAgent),
    ("a name without dots", "http://himds:40342", UntrustedAgent),
    ("a name that begins like loopback", "http://127.0.0.1.example.com:40342", UntrustedAgent),
    ("a name that begins like localhost", "http://localhost.example.com:40342", UntrustedAgent),
    ("a name that ends like localhost", "http://example.localhost:40342", UntrustedAgent),
    ("another name of loopback", "http://ip6-localhost:40342", UntrustedAgent),
    ("a private address", "http://10.0.0.1:40342", UntrustedAgent),
    ("the metadata service of Azure", "http://169.254.169.254:40342", UntrustedAgent),
    ("one below loopback", "http://126.255.255.255:40342", UntrustedAgent),
    ("one above loopback", "http://128.0.0.0:40342", UntrustedAgent),
    ("two above loopback", "http://128.0.0.1:40342", UntrustedAgent),
    ("all addresses", "http://0.0.0.0:40342", UntrustedAgent),
    ("all addresses, shortened", "http://0:40342", UntrustedAgent),
    ("one number", "http://2130706433:40342", UntrustedAgent),
    ("one hexadecimal number", "http://0x7f000001:40342", UntrustedAgent),
    ("one octal number", "http://017700000001:40342", UntrustedAgent),
    ("an octal part", "http://0177.0.0.1:40342", UntrustedAgent),
    ("a hexadecimal part", "http://0x7f.0.0.1:40342", UntrustedAgent),
    ("leading zeros", "http://127.000.000.001:40342", UntrustedAgent),
    ("two parts", "http://127.1:40342", UntrustedAgent),
    ("three parts", "http://127.0.1:40342", UntrustedAgent),
    ("five parts", "http://127.0.0.0.1:40342", UntrustedAgent),
    ("a part too large", "http://127.0.0.257:40342", UntrustedAgent),
    ("a dot behind the address", "http://127.0.0.1.:40342", UntrustedAgent),
    ("a dot behind localhost", "http://localhost.:40342", UntrustedAgent),
    ("an address in brackets", "http://[127.0.0.1]:40342", UntrustedAgent),
    ("IPv6, all addresses", "http://[::]:40342", UntrustedAgent),
    ("IPv6, not loopback", "http://[::2]:40342", UntrustedAgent),
    ("IPv6, link-local", "http://[fe80::1]:40342", UntrustedAgent),
    ("IPv6, mapped", "http://[::ffff:127.0.0.1]:40342", UntrustedAgent),
    ("IPv6, mapped, in hexadecimal", "http://[::ffff:7f00:1]:40342", UntrustedAgent),
    ("IPv6, compatible", "http://[::127.0.0.1]:40342", UntrustedAgent),
    ("IPv6 with a zone", "http://[::1%lo]:40342", UntrustedAgent),
    ("IPv6 with an encoded zone", "http://[::1%25lo]:40342", UntrustedAgent),
    ("IPv6 without brackets", "http://::1:40342", UntrustedAgent),
    ("IPv6 in half of brackets", "http://[::1:40342", UntrustedAgent),
    ("IPv6 in two pairs of brackets", "http://[[::1]]:40342", UntrustedAgent),
    ("IPv6 and something behind", "http://[::1]x:40342", UntrustedAgent),
    ("a user", "http://user@127.0.0.1:40342", UntrustedAgent),
    ("a user of localhost", "http://user@localhost:40342", UntrustedAgent),
    ("a user and a password", "http://user:password@127.0.0.1:40342", UntrustedAgent),
    ("no user but the sign", "http://@127.0.0.1:40342", UntrustedAgent),
    ("loopback as a user", "http://127.0.0.1@example.com:40342", UntrustedAgent),
    ("localhost as a user", "http://localhost@example.com:40342", UntrustedAgent),
    ("loopback and port as a user", "http://127.0.0.1:40342@example.com", UntrustedAgent),
    ("the sign in a path", "http://127.0.0.1:40342/a@b", UntrustedAgent),
    ("an encoded sign", "http://127.0.0.1%40example.com:40342", UntrustedAgent),
    ("a backslash", "http://127.0.0.1:40342\\@example.com", UntrustedAgent),
    ("a backslash behind an address", "http://127.0.0.1\\@example.com/", UntrustedAgent),
    ("a backslash behind localhost", "http://localhost\\@example.com/", UntrustedAgent),
    ("a backslash in the path", "http://127.0.0.1:40342/a\\b", UntrustedAgent),
    ("backslashes for slashes", "http:\\\\127.0.0.1:40342", UntrustedAgent),
    ("a fragment", "http://127.0.0.1:40342/#x", UntrustedAgent),
    ("a fragment that hides a host", "http://127.0.0.1:40342#@example.com/", UntrustedAgent),
    ("a fragment without a port", "http://127.0.0.1#@example.com/", UntrustedAgent),
    ("a fragment behind localhost", "http://localhost#@example.com/", UntrustedAgent),
    ("a query", "http://127.0.0.1:40342/?resource=x", UntrustedAgent),
    ("a query without a port", "http://127.0.0.1/?x=1", UntrustedAgent),
    ("a query of localhost", "http://localhost/?x=1", UntrustedAgent),
    ("a query without a path", "http://127.0.0.1:40342?resource=x", UntrustedAgent),
    ("port 0", "http://127.0.0.1:0", UntrustedAgent),
    ("a port too large", "http://127.0.0.1:65536", UntrustedAgent),
    ("a port that wraps around", "http://127.0.0.1:4295007638", UntrustedAgent),
    ("no port behind the colon", "http://127.0.0.1:", UntrustedAgent),
    ("a port with a sign", "http://127.0.0.1:+40342", UntrustedAgent),
    ("a usual port with a sign", "http://127.0.0.1:+80/", UntrustedAgent),
    ("a negative port", "http://127.0.0.1:-40342", UntrustedAgent),
    ("a port in words", "http://127.0.0.1:http", UntrustedAgent),
    ("a port with a letter", "http://127.0.0.1:8x", UntrustedAgent),
    ("two ports", "http://127.0.0.1:40342:40342", UntrustedAgent),
    ("an encoded name", "http://%6c%6f%63%61lhost:40342", UntrustedAgent),
    ("an encoded beginning", "http://%6c%6f%63alhost:40342", UntrustedAgent),
    ("an encoded dot", "http://127%2e0.0.1:40342", UntrustedAgent),
    ("wide digits", "http://１２７.0.0.1:40342", UntrustedAgent),
    ("a letter like another", "http://lоcalhost:40342", UntrustedAgent),
    ("a letter in a circle", "http://ⓛocalhost:40342", UntrustedAgent),
    ("an ideographic dot", "http://127。0。0。1:40342", UntrustedAgent),
    ("a letter in the path", "http://localhost:40342/é", UntrustedAgent),
    ("a control character in the path", "http://localhost:40342/\u{9f}", UntrustedAgent),
    ("a space before", " http://127.0.0.1:40342", UntrustedAgent),
    ("a space before localhost", " http://localhost/", UntrustedAgent),
    ("a space behind", "http://127.0.0.1:40342 ", UntrustedAgent),
    ("a space inside", "http://127.0.0.1 :40342", UntrustedAgent),
    ("a space behind localhost", "http://localhost /", UntrustedAgent),
    ("a tab in the name", "http://local\thost:40342", UntrustedAgent),
    ("NUL", "http://127.0.0.1:40342\0.example.com", UntrustedAgent),
    ("NUL behind localhost", "http://localhost\0/", UntrustedAgent),
    ("a line end behind", "http://127.0.0.1:40342\n", UntrustedAgent),
    ("a header in the path", "http://127.0.0.1:40342/x\r\nX-Y: z", UntrustedAgent),
    ("8 KiB of name", "http://{8K}:40342", UntrustedAgent),
];

/// An endpoint with its `{8K}` written out.
pub fn written_out(endpoint: &str) -> String {
    endpoint.replace("{8K}", &"x".repeat(8 * 1024))
}
