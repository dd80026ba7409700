# Types a line and a tabulator into a shell with this start-up directory: type.zsh DIRECTORY LINE
zmodload zsh/zpty
export ZDOTDIR=$1
zpty shell zsh -d -i
zpty -w -n shell "$2"$'\t'
while zpty -r shell >/dev/null; do :; done
