#compdef git-memory
# Completion of `git memory` and `git-memory` for zsh.
# To use it: git memory completion zsh > "${fpath[1]}/_git-memory"

_git-memory() {
    local kind value help
    local -a described
    # git's own completion leaves `memory` or `git-memory` as the first word.
    while IFS=$'\t' read -r kind value help; do
        case $kind in
        plain) described+=("${value//:/\\:}${help:+:$help}") ;;
        dir) _path_files -/ ;;
        file) _path_files ;;
        esac
    done < <(_GIT_MEMORY_COMPLETE=1 git-memory "${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)
    (( $#described )) && _describe -V 'git memory' described
}

zstyle ':completion:*:*:git:*' user-commands memory:'remember in the repository'

# Loaded from fpath it completes at once; sourced, it registers itself.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _git-memory "$@"
else
    compdef _git-memory git-memory
fi
