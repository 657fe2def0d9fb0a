/** All three ask the command itself, `odradek __complete WORD…`, whose last word is the one that is being typed. */
export const bash = `_odradek() {
  local IFS=$'\\n'
  COMPREPLY=($(odradek __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _odradek odradek
`

export const zsh = `#compdef odradek
_odradek() {
  local -a found
  found=("\${(@f)$(odradek __complete "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  compadd -- $found
}
compdef _odradek odradek
`

export const fish = `complete -c odradek -f -a '(odradek __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`
