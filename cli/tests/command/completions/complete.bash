# Prints what bash offers for the last of these words, split as bash splits them: complete.bash SCRIPT WORD...
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_arcidentity
printf '%s\n' "${COMPREPLY[@]}"
