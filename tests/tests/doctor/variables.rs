//! Variables of the agent, of other Azure hosts, and of proxies.

use super::machine::report;

#[test]
fn the_agents_own_are_known_by_their_file() {
    let file = "mkdir -p /usr/lib/systemd 2>/dev/null; mkdir -p /etc/profile.d; \
                echo export IDENTITY_ENDPOINT=x >/etc/profile.d/azcmagent.sh;";
    let variables = "IDENTITY_ENDPOINT=http://localhost:40342/metadata/identity/oauth2/token \
                     IMDS_ENDPOINT=http://localhost:40342";
    let Some(report) = report(&format!("start_agent; {file} {variables} doctor --json")) else { return };
    report.assert_token(&[]);
    assert!(
        report.seen("endpoint").contains("set in /etc/profile.d/azcmagent.sh"),
        "{}",
        report.seen("endpoint")
    );
}

#[test]
fn one_that_leads_elsewhere() {
    let variables = "IDENTITY_ENDPOINT=http://169.254.169.254/token IMDS_ENDPOINT=x";
    let Some(report) = report(&format!("start_agent; {variables} doctor --json")) else { return };
    report.assert_cause("endpoint", 6);
    assert!(report.remedy("endpoint").contains("IDENTITY_ENDPOINT"));
}

#[test]
fn one_that_leads_to_nobody() {
    let variables = "IDENTITY_ENDPOINT=http://127.0.0.1:1/token IMDS_ENDPOINT=x";
    let Some(report) = report(&format!("start_agent; {variables} doctor --json")) else { return };
    report.assert_cause("port", 3);
    assert!(report.remedy("port").contains("IDENTITY_ENDPOINT"));
}

#[test]
fn another_azure_hosts() {
    let Some(report) = report("start_agent; IDENTITY_HEADER=secret-header MSI_SECRET=secret doctor --json")
    else {
        return;
    };
    report.assert_token(&["other-host"]);
    let other = report.check("other-host").to_string();
    assert!(other.contains("IDENTITY_HEADER, MSI_SECRET") && !other.contains("secret-header"), "{other}");
}

#[test]
fn a_proxys_are_harmless() {
    let variables = "http_proxy=http://user:password@127.0.0.1:9 ALL_PROXY=socks5://127.0.0.1:9 \
                     NO_PROXY=127.0.0.1,localhost";
    let Some(report) = report(&format!("start_agent; {variables} doctor --json")) else { return };
    report.assert_token(&[]);
    let proxy = report.seen("proxy");
    assert!(proxy.contains("http_proxy=http://***@127.0.0.1:9") && proxy.contains("harmless"), "{proxy}");
}

/// Other clients would send them what is for the agent.
#[test]
fn a_proxys_need_an_exemption_for_others() {
    let variables = "HTTP_PROXY=http://127.0.0.1:9 no_proxy=a.example";
    let Some(report) = report(&format!("start_agent; {variables} doctor --json")) else { return };
    report.assert_token(&["proxy"]);
    let list = "'a.example,127.0.0.1,localhost'";
    assert_eq!(report.remedy("proxy"), format!("export NO_PROXY={list} no_proxy={list}"));
}

#[test]
fn a_user_learns_which_other_clients_lack_a_token() {
    let Some(report) = report("start_agent; as app himds /opt/arcidentity doctor --json") else { return };
    report.assert_token(&[]);
    assert!(report.seen("other-clients").contains("`arcidentity run` gives all of them tokens"));
    let of_app =
        "as app himds /opt/arcidentity run --resource keyvault -- /opt/arcidentity doctor keyvault --json";
    let Some(report) = self::report(&format!("start_agent; {of_app} 2>/dev/null")) else { return };
    report.assert_token(&[]);
    assert!(report.seen("other-clients").starts_with("inside `arcidentity run`"));
    assert!(report.seen("endpoint").starts_with("http://localhost:40342/"), "{}", report.seen("endpoint"));
}
