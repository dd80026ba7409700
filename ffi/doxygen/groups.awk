# Puts each declaration of arcidentity.h into the group of its type, by its name. There is an empty line between any
# two declarations, and none inside one. Doubles what Doxygen would take away: the % before a word.

BEGIN {
    RS = ""
    ORS = "\n\n"
}

function group(name) {
    if (name ~ /^arc_(get_)?token/)     return "tokens"
    if (name ~ /^arc_(options|trace)/)  return "options"
    if (name ~ /^arc_(client|force)/)   return "clients"
    if (name ~ /^arc_metadata/)         return "metadata"
    if (name ~ /^arc_report/)           return "reports"
    if (name ~ /^arc_(error|status|ok)/) return "errors"
    if (name ~ /^arc_version/)          return "version"
}

/^\/\*\*\n/ {
    gsub(/%[A-Za-z]/, "%&")
    code = $0
    sub(/^.*\*\/\n?/, "", code)
    # A function, a pointer to one, a type or a number.
    if (match(code, /arc_[a-z_]+\(/) || match(code, /arc_[a-z_]+\)/) || match(code, /arc_[a-z_]+;/) \
            || match(code, /ARC_[A-Z_]+ [0-9]/)) {
        found = group(tolower(substr(code, RSTART, RLENGTH)))
        if (found)
            sub(/^\/\*\*/, "/** @ingroup " found)
    }
}

{ print }
