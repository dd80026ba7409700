//! The words that a survey shows: those of HTTP, of JSON, of Microsoft Entra, and of what is known of the agent.
//! None of them names anybody.

/// Whether a word is shown. So are the statuses of HTTP.
pub(super) fn is_known(word: &str) -> bool {
    let is_status = || word.len() == 3 && word.parse().is_ok_and(|status| (100..600).contains(&status));
    is_status() || WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[rustfmt::skip]
const WORDS: &[&str] = &[
    // HTTP.
    "accept", "age", "allow", "api", "application", "authenticate", "authorization", "basic", "bearer", "body", "cache",
    "charset", "chunked", "client", "close", "connection", "content", "control", "correlation", "date", "encoding", "get",
    "gzip", "header", "headers", "host", "html", "http", "identity", "json", "keep", "alive", "length", "limit", "location",
    "max", "method", "ms", "must", "no", "options", "plain", "post", "pragma", "private", "query", "realm", "remaining",
    "request", "requests", "response", "retry", "after", "revalidate", "server", "sniff", "store", "strict", "text",
    "transfer", "transport", "security", "type", "url", "uri", "user", "agent", "utf", "8", "vary", "version", "versions", "www", "x", "nosniff",
    // Words between them.
    "a", "acquire", "acquiring", "again", "an", "and", "any", "are", "be", "but", "by", "can", "cannot", "could", "do",
    "does", "else", "empty", "failed", "failure", "for", "found", "from", "given", "has", "have", "if", "in", "is", "it", "its",
    "later", "missing", "more", "not", "of", "off", "on", "one", "only", "or", "other", "out", "please", "required", "should",
    "since", "than", "that", "the", "there", "this", "time", "to", "too", "try", "unable", "used", "was", "were", "while",
    "with", "without", "yes", "you", "your",
    // Errors.
    "access", "already", "bad", "busy", "code", "codes", "denied", "description", "error", "errors", "exception",
    "exceeded", "exhausted", "expired", "forbidden", "illegal", "internal", "invalid", "large", "many", "malformed", "message",
    "mismatch", "parameter", "parameters", "quota", "rate", "read", "refused", "rejected", "service", "specified",
    "supported", "suspended", "temporarily", "throttled", "timeout", "timed", "unauthorized", "unavailable", "unknown",
    "unexpected", "unsupported", "use", "valid", "value", "variable", "wrong", "write", "written",
    // Tokens.
    "aadsts", "app", "appid", "assertion", "audience", "azure", "credential", "credentials", "echo", "expires", "ext", "expiry",
    "grant", "id", "in", "issued", "issuer", "key", "keys", "managed", "mi", "msi", "name", "oauth2", "object", "principal",
    "refresh", "res", "resource", "scope", "secret", "selector", "signature", "subscription", "system", "assigned", "tenant",
    "token", "tokens", "trace", "before", "timestamp",
    // The agent and the metadata.
    "agentstatus", "agentversion", "arc", "azcmagent", "cloud", "compute", "config", "connected", "connecting", "custom",
    "data", "detail", "details", "directory", "disconnected", "domain", "endpoint", "environment", "enabled", "fault", "file",
    "files", "gateway", "group", "heartbeat", "himds", "hybrid", "instance", "last", "layer", "linux", "list", "machine",
    "metadata", "microsoft", "network", "offer", "offline", "opt", "os", "path", "placement", "plan", "platform", "private",
    "product", "profile", "provider", "proxy", "public", "publisher", "region", "scale", "secure", "boot", "set", "size",
    "sku", "starting", "state", "status", "storage", "tags", "tpm", "update", "var", "virtual", "vm", "windows", "zone",
    "compatibility", "az",
];
