//! What is told of a token's end.

use std::time::{SystemTime, UNIX_EPOCH};

use arcidentity_core::ErrorKind::Protocol;
use serde_json::json;

use super::{Row, body};
use crate::hostile::case::Expected::{Fails, TokenFor, TokenUntil};
use crate::hostile::scene::{TOKEN, issued};

pub fn rows() -> Vec<Row> {
    let now: i64 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap();
    let soon = now + 3600;
    let year = 366 * 24 * 60 * 60;
    let within = |value: serde_json::Value| issued(json!({"expires_in": value}));
    let on = |value: serde_json::Value| issued(json!({"expires_in": null, "expires_on": value}));
    let text = |value: &str| body(format!("{{\"access_token\":\"{TOKEN}\",\"expires_in\":{value}}}"));
    vec![
        ("expires_in, text", within(json!("3600")), TokenFor(3600)),
        ("expires_in, number", within(json!(3600)), TokenFor(3600)),
        ("expires_in, white space", within(json!(" 3600 ")), TokenFor(3600)),
        ("expires_in, float", within(json!(3600.9)), TokenFor(3600)),
        ("expires_in, exponent", text("3.6e3"), TokenFor(3600)),
        ("expires_in, float as text", within(json!("3600.9")), TokenFor(3600)),
        ("expires_in, 0", within(json!(0)), Fails(Protocol)),
        ("expires_in, 0.9", within(json!(0.9)), Fails(Protocol)),
        ("expires_in, negative", within(json!(-3600)), Fails(Protocol)),
        ("expires_in, negative text", within(json!("-3600")), Fails(Protocol)),
        ("expires_in, huge", within(json!(u64::MAX)), TokenFor(year)),
        ("expires_in, huge float", text("1e300"), TokenFor(year)),
        ("expires_in, huge negative", text("-1e300"), Fails(Protocol)),
        ("expires_in, larger than a float", text("1e400"), Fails(Protocol)),
        ("expires_in, huge text", within(json!("99999999999999999999")), TokenFor(year)),
        ("expires_in, NaN", within(json!("NaN")), Fails(Protocol)),
        ("expires_in, infinite", within(json!("inf")), Fails(Protocol)),
        ("expires_in, hexadecimal", within(json!("0xff")), Fails(Protocol)),
        ("expires_in, other digits", within(json!("３６００")), Fails(Protocol)),
        ("expires_in, words", within(json!("an hour")), Fails(Protocol)),
        ("expires_in, empty", within(json!("")), Fails(Protocol)),
        ("expires_in, null", within(json!(null)), Fails(Protocol)),
        ("expires_in, true", within(json!(true)), Fails(Protocol)),
        ("expires_in, a list", within(json!([3600])), Fails(Protocol)),
        ("expires_on, text", on(json!(soon.to_string())), TokenUntil(soon)),
        ("expires_on, number", on(json!(soon)), TokenUntil(soon)),
        ("expires_on, a date", on(json!("2500-01-01T00:00:00Z")), TokenFor(year)),
        ("expires_on, a date and a zone", on(json!("2500-01-01T00:00:00.5+13:00")), TokenFor(year)),
        ("expires_on, a date without a zone", on(json!("2500-01-01T00:00:00")), Fails(Protocol)),
        ("expires_on, a date that is none", on(json!("2500-02-30T00:00:00Z")), Fails(Protocol)),
        ("expires_on, a date of mail", on(json!("Fri, 01 Jan 2500 00:00:00 GMT")), Fails(Protocol)),
        ("expires_on, long ago", on(json!(1)), Fails(Protocol)),
        ("expires_on, a date long ago", on(json!("1999-12-31T23:59:59Z")), Fails(Protocol)),
        ("expires_on, now", on(json!(now)), Fails(Protocol)),
        ("expires_on, milliseconds", on(json!(soon * 1000)), TokenFor(year)),
        ("expires_on, the largest", on(json!(i64::MAX)), TokenFor(year)),
        ("expires_on, the smallest", on(json!(i64::MIN)), Fails(Protocol)),
        ("neither", within(json!({})), Fails(Protocol)),
        ("expires_in is earlier", issued(json!({"expires_in": 60, "expires_on": soon})), TokenFor(60)),
        ("expires_on is earlier", issued(json!({"expires_in": 9000, "expires_on": soon})), TokenUntil(soon)),
        ("expires_on has passed", issued(json!({"expires_on": now - 1})), Fails(Protocol)),
        ("expires_in has passed", issued(json!({"expires_in": -1, "expires_on": soon})), Fails(Protocol)),
        ("expires_in is nonsense", issued(json!({"expires_in": "x", "expires_on": soon})), TokenUntil(soon)),
        ("expires_on is nonsense", issued(json!({"expires_in": 60, "expires_on": "x"})), TokenFor(60)),
        ("refresh_in is huge", issued(json!({"refresh_in": u64::MAX})), TokenFor(3600)),
        ("refresh_in is negative", issued(json!({"refresh_in": -1})), TokenFor(3600)),
        ("not_before is later", issued(json!({"not_before": soon})), TokenFor(3600)),
    ]
}
