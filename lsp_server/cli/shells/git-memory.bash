# Completion of `git memory` and `git-memory` for bash.
# To use it: git memory completion bash > ~/.local/share/bash-completion/completions/git-memory
# and, so that git's own completion finds it for `git memory`, add to ~/.bashrc:
#   source ~/.local/share/bash-completion/completions/git-memory

# The words of the command so far, the last one being completed.
__git_memory_complete() {
    local kind value help word=${!#} done=
    COMPREPLY=()
    while IFS=$'\t' read -r kind value help; do
        case $kind in
        plain) COMPREPLY+=("$value") ;;
        dir) compopt -o dirnames 2>/dev/null ;;
        file) compopt -o default 2>/dev/null ;;
        esac
    done < <(_GIT_MEMORY_COMPLETE=1 git-memory "$@" 2>/dev/null </dev/null)
    # Where bash ends a word at a colon, it replaces only what comes behind.
    [[ $word == --*=* ]] && word=${word#*=}
    if [[ $COMP_WORDBREAKS == *:* && $word == *:* ]]; then
        done=${word%"${word##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$done"}")
    fi
}

# bash ends words at colons and more: what stands together on the line is one.
__git_memory_alone() {
    local line=$COMP_LINE piece
    local -a words=()
    for piece in "${COMP_WORDS[@]:0:COMP_CWORD + 1}"; do
        if [[ ${#words[@]} == 0 || $line == [[:space:]]* ]]; then
            words+=("$piece")
        else
            words[${#words[@]} - 1]+=$piece
        fi
        line=${line#"${line%%[![:space:]]*}"}
        line=${line#"$piece"}
    done
    __git_memory_complete "${words[@]:1}"
}

# Called by git's completion, which sets `words` and `cword`; what comes before `memory` is git's.
_git_memory() {
    local start=1
    while ((start < cword)) && [[ ${words[start]} != memory ]]; do
        ((start++))
    done
    __git_memory_complete "${words[@]:start + 1:cword - start}"
}

complete -o nosort -F __git_memory_alone git-memory 2>/dev/null || complete -F __git_memory_alone git-memory
