//! Texts that should lead to the agent of this machine.

use arcidentity_core::ErrorKind::{InvalidArgument, Refused, Unavailable, UntrustedAgent};
use arcidentity_needs::IPV6;

use super::case::Case;
use super::case::Expected::{self, Fails, Token};
use super::{runner_c, runner_core};

/// `{port}` is the agent's. With a lax reading, all of them would lead to it and get a token.
const TEXTS: &[(&str, &str, Expected)] = &[
    ("a plain address", "http://127.0.0.1:{port}", Token),
    ("a slash behind", "http://127.0.0.1:{port}/", Token),
    ("a path", "http://127.0.0.1:{port}/metadata/identity/oauth2/token", Token),
    ("localhost", "http://localhost:{port}", Token),
    ("mixed case", "HTTP://LocalHost:{port}", Token),
    ("another path", "http://127.0.0.1:{port}/elsewhere", Fails(Refused)),
    ("a path that climbs", "http://127.0.0.1:{port}/metadata/../elsewhere", Fails(Refused)),
    ("a path with an encoded line end", "http://127.0.0.1:{port}/x%0d%0aX-Y:%20z", Fails(Refused)),
    ("another address of loopback", "http://127.0.0.2:{port}", Fails(Unavailable)),
    ("the highest address of loopback", "http://127.255.255.254:{port}", Fails(Unavailable)),
    ("nothing", "", Fails(InvalidArgument)),
    ("a space", " ", Fails(UntrustedAgent)),
    ("https", "https://127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("HTTPS", "HTTPS://localhost:{port}", Fails(UntrustedAgent)),
    ("ftp", "ftp://127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("file", "file:///etc/passwd", Fails(UntrustedAgent)),
    ("a socket's path", "unix:///var/run/himds.sock", Fails(UntrustedAgent)),
    ("no scheme", "127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("no scheme but slashes", "//127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("one slash", "http:/127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("three slashes", "http:///127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("no host", "http://:{port}", Fails(UntrustedAgent)),
    ("a path alone", "/metadata/identity/oauth2/token", Fails(UntrustedAgent)),
    ("a name", "http://example.com:{port}", Fails(UntrustedAgent)),
    ("a name without dots", "http://himds:{port}", Fails(UntrustedAgent)),
    ("a name that begins like loopback", "http://127.0.0.1.example.com:{port}", Fails(UntrustedAgent)),
    ("a name that begins like localhost", "http://localhost.example.com:{port}", Fails(UntrustedAgent)),
    ("a name that ends like localhost", "http://example.localhost:{port}", Fails(UntrustedAgent)),
    ("another name of loopback", "http://ip6-localhost:{port}", Fails(UntrustedAgent)),
    ("a private address", "http://10.0.0.1:{port}", Fails(UntrustedAgent)),
    ("the metadata service of Azure", "http://169.254.169.254:{port}", Fails(UntrustedAgent)),
    ("one below loopback", "http://126.255.255.255:{port}", Fails(UntrustedAgent)),
    ("one above loopback", "http://128.0.0.0:{port}", Fails(UntrustedAgent)),
    ("all addresses", "http://0.0.0.0:{port}", Fails(UntrustedAgent)),
    ("all addresses, shortened", "http://0:{port}", Fails(UntrustedAgent)),
    ("one number", "http://2130706433:{port}", Fails(UntrustedAgent)),
    ("one hexadecimal number", "http://0x7f000001:{port}", Fails(UntrustedAgent)),
    ("one octal number", "http://017700000001:{port}", Fails(UntrustedAgent)),
    ("an octal part", "http://0177.0.0.1:{port}", Fails(UntrustedAgent)),
    ("a hexadecimal part", "http://0x7f.0.0.1:{port}", Fails(UntrustedAgent)),
    ("leading zeros", "http://127.000.000.001:{port}", Fails(UntrustedAgent)),
    ("two parts", "http://127.1:{port}", Fails(UntrustedAgent)),
    ("three parts", "http://127.0.1:{port}", Fails(UntrustedAgent)),
    ("five parts", "http://127.0.0.0.1:{port}", Fails(UntrustedAgent)),
    ("a part too large", "http://127.0.0.257:{port}", Fails(UntrustedAgent)),
    ("a dot behind the address", "http://127.0.0.1.:{port}", Fails(UntrustedAgent)),
    ("a dot behind localhost", "http://localhost.:{port}", Fails(UntrustedAgent)),
    ("an address in brackets", "http://[127.0.0.1]:{port}", Fails(UntrustedAgent)),
    ("IPv6, all addresses", "http://[::]:{port}", Fails(UntrustedAgent)),
    ("IPv6, not loopback", "http://[::2]:{port}", Fails(UntrustedAgent)),
    ("IPv6, link-local", "http://[fe80::1]:{port}", Fails(UntrustedAgent)),
    ("IPv6, mapped", "http://[::ffff:127.0.0.1]:{port}", Fails(UntrustedAgent)),
    ("IPv6, mapped, in hexadecimal", "http://[::ffff:7f00:1]:{port}", Fails(UntrustedAgent)),
    ("IPv6, compatible", "http://[::127.0.0.1]:{port}", Fails(UntrustedAgent)),
    ("IPv6 with a zone", "http://[::1%lo]:{port}", Fails(UntrustedAgent)),
    ("IPv6 with an encoded zone", "http://[::1%25lo]:{port}", Fails(UntrustedAgent)),
    ("IPv6 without brackets", "http://::1:{port}", Fails(UntrustedAgent)),
    ("IPv6 in half of brackets", "http://[::1:{port}", Fails(UntrustedAgent)),
    ("IPv6 in two pairs of brackets", "http://[[::1]]:{port}", Fails(UntrustedAgent)),
    ("IPv6 and something behind", "http://[::1]x:{port}", Fails(UntrustedAgent)),
    ("a user", "http://user@127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("a user and a password", "http://user:password@127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("no user but the sign", "http://@127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("loopback as a user", "http://127.0.0.1@example.com:{port}", Fails(UntrustedAgent)),
    ("loopback and port as a user", "http://127.0.0.1:{port}@example.com", Fails(UntrustedAgent)),
    ("an encoded sign", "http://127.0.0.1%40example.com:{port}", Fails(UntrustedAgent)),
    ("a backslash", "http://127.0.0.1:{port}\\@example.com", Fails(UntrustedAgent)),
    ("backslashes for slashes", "http:\\\\127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("a fragment", "http://127.0.0.1:{port}/#x", Fails(UntrustedAgent)),
    ("a fragment that hides a host", "http://127.0.0.1:{port}#@example.com/", Fails(UntrustedAgent)),
    ("a query", "http://127.0.0.1:{port}/?resource=x", Fails(UntrustedAgent)),
    ("a query without a path", "http://127.0.0.1:{port}?resource=x", Fails(UntrustedAgent)),
    ("port 0", "http://127.0.0.1:0", Fails(UntrustedAgent)),
    ("a port too large", "http://127.0.0.1:65536", Fails(UntrustedAgent)),
    ("a port that wraps around", "http://127.0.0.1:4295007638", Fails(UntrustedAgent)),
    ("no port behind the colon", "http://127.0.0.1:", Fails(UntrustedAgent)),
    ("a port with a sign", "http://127.0.0.1:+{port}", Fails(UntrustedAgent)),
    ("a negative port", "http://127.0.0.1:-{port}", Fails(UntrustedAgent)),
    ("a port in words", "http://127.0.0.1:http", Fails(UntrustedAgent)),
    ("two ports", "http://127.0.0.1:{port}:{port}", Fails(UntrustedAgent)),
    ("an encoded name", "http://%6c%6f%63%61lhost:{port}", Fails(UntrustedAgent)),
    ("an encoded dot", "http://127%2e0.0.1:{port}", Fails(UntrustedAgent)),
    ("wide digits", "http://１２７.0.0.1:{port}", Fails(UntrustedAgent)),
    ("a letter like another", "http://lоcalhost:{port}", Fails(UntrustedAgent)),
    ("an ideographic dot", "http://127。0。0。1:{port}", Fails(UntrustedAgent)),
    ("a space before", " http://127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("a space behind", "http://127.0.0.1:{port} ", Fails(UntrustedAgent)),
    ("a space inside", "http://127.0.0.1 :{port}", Fails(UntrustedAgent)),
    ("a tab in the name", "http://local\thost:{port}", Fails(UntrustedAgent)),
    ("a line end behind", "http://127.0.0.1:{port}\n", Fails(UntrustedAgent)),
    ("a header in the path", "http://127.0.0.1:{port}/x\r\nX-Y: z", Fails(UntrustedAgent)),
    ("8 KiB of name", "http://{8K}:{port}", Fails(UntrustedAgent)),
];

/// The same through the variable that the agent sets for services.
const VARIABLES: &[(&str, &str, Expected)] = &[
    ("the agent", "{agent}", Token),
    ("a stranger", "http://example.com:{port}", Fails(UntrustedAgent)),
    ("https", "https://127.0.0.1:{port}", Fails(UntrustedAgent)),
    ("one number", "http://2130706433:{port}", Fails(UntrustedAgent)),
    ("a user", "http://127.0.0.1@example.com:{port}", Fails(UntrustedAgent)),
    ("a space", " ", Fails(UntrustedAgent)),
    ("other than UTF-8", "http://127.0.0.1:{port}/{ff}", Fails(UntrustedAgent)),
];

pub fn cases() -> Vec<Case> {
    let nul = "http://127.0.0.1:{port}\0.example.com";
    let options = TEXTS.iter().map(|&(name, text, expected)| option(name, text, expected)).chain([
        option("IPv6", "http://[::1]:{port}", Token).need(IPV6),
        option("IPv6, written out", "http://[0:0:0:0:0:0:0:1]:{port}", Token).need(IPV6),
        option("NUL", nul, Fails(UntrustedAgent)).only(runner_core::NAME),
        option("other than UTF-8", "http://127.0.0.1:{port}/{ff}", Fails(InvalidArgument))
            .only(runner_c::NAME),
    ]);
    let variables = VARIABLES.iter().map(|&(name, text, expected)| variable(name, text, expected));
    options.chain(variables).collect()
}

fn option(name: &str, text: &str, expected: Expected) -> Case {
    let requests = match expected {
        Fails(Refused) => 1,
        Fails(_) => 0,
        _ => 2,
    };
    let mut case = Case::new(format!("endpoint: {name}"), expected, requests);
    case.endpoint = Some(text.to_owned());
    case
}

/// Rust code cannot set the variables of a process that runs tests.
fn variable(name: &str, text: &str, expected: Expected) -> Case {
    let mut case = option(&format!("IDENTITY_ENDPOINT is {name}"), text, expected);
    case.endpoint = None;
    case.environment = vec![("IDENTITY_ENDPOINT", text.to_owned()), ("IMDS_ENDPOINT", "{agent}".to_owned())];
    case.only(runner_c::NAME)
}
