//! The words that a survey shows: those of HTTP, of JSON, of Microsoft Entra, and of what is known of the agent.
//! None of them names anybody.

use crate::limits::API_VERSION;

/// The versions of its interface that the agent is known to list, the one that clients use last.
pub(super) const API_VERSIONS: [&str; 4] = ["2021-02-01", "2019-11-01", "2019-08-15", API_VERSION];

/// Whether a word is shown.
pub(super) fn is_known(word: &str) -> bool {
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// A status that the agent may answer with, as texts mention it.
pub(super) fn is_status(number: &str) -> bool {
    const STATUSES: [&str; 12] =
        ["200", "400", "401", "403", "404", "405", "409", "410", "429", "500", "502", "503"];
    STATUSES.contains(&number)
}

#[rustfmt::skip]
const WORDS: &[&str] = &[
    // HTTP.
    "accept", "age", "allow", "api", "application", "authenticate", "authorization", "basic", "bearer", "body", "cache",
    "charset", "chunked", "client", "close", "connection", "content", "control", "correlation", "date", "encoding", "get",
    "gzip", "header", "headers", "host", "html", "http", "identity", "json", "keep", "alive", "length", "limit", "location",
    "max", "method", "ms", "must", "no", "options", "plain", "post", "pragma", "private", "query", "realm", "remaining",
    "request", "requests", "response", "retry", "after", "revalidate", "server", "sniff", "store", "strict", "text",
    "transfer", "transport", "security", "type", "url", "uri", "user", "agent", "utf", "vary", "version", "versions", "www", "x", "nosniff",
    // Words between them.
    "a", "acquire", "acquiring", "again", "an", "and", "answer", "answered", "any", "are", "be", "but", "by", "can", "cannot", "could", "do",
    "does", "else", "empty", "failed", "failure", "for", "found", "from", "given", "has", "have", "if", "in", "is", "it", "its",
    "later", "missing", "more", "not", "of", "off", "on", "one", "only", "or", "other", "out", "please", "required", "should",
    "since", "than", "that", "the", "there", "this", "time", "to", "too", "try", "unable", "used", "was", "were", "while",
    "with", "without", "yes", "you", "your", "because", "before", "between", "every", "first", "following", "happen",
    "instead", "might", "named", "new", "none", "requested", "same", "second", "sent", "still", "such", "then",
    "when", "where", "which", "will", "within", "would",
    // Errors.
    "access", "already", "bad", "busy", "code", "codes", "denied", "description", "error", "errors", "exception",
    "exceeded", "exhausted", "expected", "expired", "forbidden", "illegal", "internal", "invalid", "large", "many", "malformed", "message",
    "mismatch", "parameter", "parameters", "quota", "rate", "read", "refused", "rejected", "service", "specified",
    "supported", "suspended", "temporarily", "throttled", "timeout", "timed", "unauthorized", "unavailable", "unknown",
    "unexpected", "unsupported", "use", "valid", "value", "variable", "wrong", "write", "written",
    // Tokens.
    "aadsts", "app", "appid", "assertion", "audience", "azure", "credential", "credentials", "echo", "expires", "ext", "expiry",
    "grant", "id", "issued", "issuer", "key", "keys", "managed", "mi", "msi", "name", "oauth2", "object", "principal",
    "refresh", "res", "resource", "scope", "secret", "selector", "signature", "subscription", "system", "assigned", "tenant",
    "token", "tokens", "trace", "timestamp",
    // The agent and the metadata.
    "agentstatus", "agentversion", "arc", "azcmagent", "cloud", "compute", "config", "connected", "connecting", "custom",
    "data", "detail", "details", "directory", "disconnected", "domain", "endpoint", "environment", "enabled", "fault", "file",
    "files", "gateway", "group", "heartbeat", "himds", "hybrid", "instance", "last", "layer", "linux", "list", "machine",
    "metadata", "microsoft", "network", "offer", "offline", "opt", "os", "path", "placement", "plan", "platform",
    "product", "profile", "provider", "proxy", "public", "publisher", "region", "scale", "secure", "boot", "set", "size",
    "sku", "starting", "state", "status", "storage", "tags", "tpm", "update", "var", "virtual", "vm", "windows", "zone",
    "compatibility", "az",
];
