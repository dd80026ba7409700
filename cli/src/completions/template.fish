# Completion of the command arcidentity, by `arcidentity completions fish`.

# Whether this command is the one on the line, and no program stands behind "--". Without a name: whether there is none.
function __arcidentity_command
    set -l words (commandline -opc)
    test "$words[2]" = "$argv[1]"; and not contains -- -- $words
end

# Whether what this command is about may come next. The other arguments are its options that take a value.
function __arcidentity_operand
    __arcidentity_command $argv[1]; or return
    set -l words (commandline -opc)
    set -l is_value no
    for word in $words[3..-1]
        if test $is_value = yes
            set is_value no
        else if contains -- $word $argv[2..-1]
            set is_value yes
        else if not string match --quiet -- '-*' $word
            return 1
        end
    end
    return 0
end

# Whether a program and its arguments stand behind "--".
function __arcidentity_has_program
    set -l words (commandline -opc)
    contains -- "$words[2]" {with_program}; and contains -- -- $words
end

# Completes that program.
function __arcidentity_program
    set -l words (commandline -opc)
    set -l end (contains --index -- -- $words)
    set -l program (string escape -- $words[(math $end + 1)..-1])
    complete --do-complete (string join ' ' -- $program (commandline -ct))
end

complete --command arcidentity --no-files
complete --command arcidentity --condition __arcidentity_has_program --arguments '(__arcidentity_program)'
{commands}
