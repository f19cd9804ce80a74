"""The scripts of ``askpro completion``: each hands the words up to the cursor to askpro itself."""

from __future__ import annotations

_BASH = """\
# askpro completion for bash. Load it: source <(askpro completion bash)
_askpro_complete() {
    local IFS=$'\\n'
    COMPREPLY=( $(_ASKPRO_COMPLETE=bash "${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) )
}
complete -o default -o nosort -F _askpro_complete askpro 2>/dev/null \\
    || complete -o default -F _askpro_complete askpro
"""

_ZSH = """\
#compdef askpro
# askpro completion for zsh. Load it: source <(askpro completion zsh), after compinit
_askpro() {
    local -a found
    found=("${(@f)$(_ASKPRO_COMPLETE=zsh "${words[1]}" "${(@)words[2,$CURRENT]}" 2>/dev/null)}")
    found=("${(@)found:#}")
    (( ${#found} )) && _describe -V 'askpro' found || _files
}
if [ "$funcstack[1]" = "_askpro" ]; then _askpro "$@"; else compdef _askpro askpro; fi
"""

_FISH = """\
# askpro completion for fish. Load it: askpro completion fish | source
function __askpro_complete
    set -l done (commandline -opc)
    set -l rest $done[2..-1]
    set -l word (commandline -ct)
    _ASKPRO_COMPLETE=fish command $done[1] $rest "$word" 2>/dev/null
end
complete -c askpro -f -k -a '(__askpro_complete)'
"""

SCRIPTS: dict[str, str] = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
