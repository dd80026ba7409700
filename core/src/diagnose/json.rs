//! A report for programs. The layout is described at [`Report::to_json`].

use serde_json::Value;

use super::report::{Check, Report};
use crate::limits::REPORT_VERSION;

pub(super) fn write(report: &Report) -> String {
    let status = report.error().map_or(0, |error| error.kind().status());
    object([
        ("version", REPORT_VERSION.to_string()),
        ("library", text(env!("CARGO_PKG_VERSION"))),
        ("ok", report.ok().to_string()),
        ("status", status.to_string()),
        ("resource", text(report.resource())),
        ("checks", array(report.checks().iter().map(check))),
    ])
}

fn check(check: &Check) -> String {
    object([
        ("id", text(check.id())),
        ("title", text(check.title())),
        ("outcome", text(check.outcome().name())),
        ("seen", text(check.seen())),
        ("remedy", array(check.remedy().iter().map(|line| text(line)))),
        ("details", object(check.details().iter().map(|(name, value)| (*name, value.to_string())))),
    ])
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Members in this order, which people like. The names need no escapes.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}
