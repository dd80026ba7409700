# Completion of the command arcidentity, by `arcidentity completions bash`. It needs nothing but bash.

# Whether an option of a command, both in one text, takes a value.
_arcidentity_takes_value() {
    case $1 in
{with_value}
        return 0
        ;;
    esac
    return 1
}

# Finds the option of a command that takes the next word as its value. Of short options in one word
# the first that takes a value takes what is left of the word.
_arcidentity_option() {
    local at short
    if [[ $2 != -[!-]?* ]]; then
        _arcidentity_takes_value "$1 $2" && option=$2
        return
    fi
    for ((at = 1; at < ${#2}; at++)); do
        short=-${2:at:1}
        if _arcidentity_takes_value "$1 $short"; then
            ((at < ${#2} - 1)) || option=$short
            return
        fi
    done
}

# Completes a program and its arguments, from this word on.
_arcidentity_program() {
    local command
    # What bash-completion has for that knows the arguments of programs, too.
    for command in _comp_command_offset _command_offset; do
        if declare -F "$command" >/dev/null; then
            "$command" "$1"
            return
        fi
    done
    if ((COMP_CWORD == $1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
    fi
    # Without an answer here, files.
    compopt -o default 2>/dev/null
}

_arcidentity() {
    COMPREPLY=()
    local words=() places=() at word command='' option='' operands=0

    # bash takes "=" and ":" for words of their own: https://vault.azure.net is three.
    for ((at = 1; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if ((${#words[@]} > 0)) && [[ $word == [=:]* || ${words[-1]} == *[=:] ]]; then
            words[-1]+=$word
        else
            words+=("$word")
            places+=("$at")
        fi
    done

    for ((at = 0; at < ${#words[@]} - 1; at++)); do
        word=${words[at]}
        if [[ -n $option ]]; then
            option=
        elif [[ -z $command ]]; then
            command=$word
        elif [[ $word == -- && $command == @({with_program}) ]]; then
            _arcidentity_program "${places[at + 1]}"
            return
        elif [[ $word == -* ]]; then
            _arcidentity_option "$command" "$word"
        else
            operands=$((operands + 1))
        fi
    done

    # --option=value
    local current=${words[-1]} before=
    if [[ -z $option && $current == --*=* ]]; then
        option=${current%%=*}
        current=${current#*=}
        [[ $COMP_WORDBREAKS == *=* ]] || before=$option=
    fi

    local options='' values='' paths=''
    case $command in
{commands}
    esac
    [[ -n $option || $operands -eq 0 ]] || values=
    [[ -z $option && ($current == -* || -z $values) ]] && values=$options
    if [[ -n $paths ]]; then
        mapfile -t COMPREPLY < <(compgen -A "$paths" -P "$before" -- "$current")
        compopt -o filenames 2>/dev/null
    else
        mapfile -t COMPREPLY < <(compgen -W "$values" -P "$before" -- "$current")
    fi
}

complete -F _arcidentity arcidentity
