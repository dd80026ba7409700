#compdef arcidentity
# Completion of the command arcidentity, by `arcidentity completions zsh`.

{functions}
_arcidentity() {
    # Behind "--" stands a program with its own arguments.
    local end=${words[(i)--]}
    if [[ ${words[2]} == ({with_program}) ]] && ((end < CURRENT)); then
        shift $end words
        ((CURRENT -= end))
        _normal
        return
    fi

    local curcontext=$curcontext state
    _arguments -C \
{overview}        '1:COMMAND:_arcidentity_operand' \
        '*::argument:->arguments' && return
    [[ $state == arguments ]] || return
    case ${words[1]} in
{commands}
    esac
}

# The function may be loaded from $fpath, or this text read by a shell that has completions.
if [[ ${funcstack[1]} == _arcidentity ]]; then
    _arcidentity "$@"
else
    compdef _arcidentity arcidentity
fi
