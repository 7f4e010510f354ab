# What stands above this line says which hook it is and how to start Git Memory.
#
# A hook of Git Memory's first looks, with the shell and two short runs of git, whether there is anything to
# do; only then does it start Git Memory. It never makes git fail, and it is silent while a rebase, an am or a
# series of cherry-picks is under way. A hook that was here before is called, with the same input, and its
# answer is the one that git gets. Any POSIX shell runs this.

# Reads the settings, and where the memory stands. Fails where there is no memory, or no Git Memory any more.
git_memory_look() {
    [ -z "$GIT_MEMORY_HOOK" ] && git_memory_is_there || return 1
    branch=memory checkpoint='' trailer='' sync=''
    while read -r key value; do
        case $key in
            memory.branch) branch=$value ;;
            memory.hooks.checkpoint) checkpoint=${value:-true} ;;
            memory.hooks.trailer) trailer=${value:-true} ;;
            memory.sync) sync=${value:-true} ;;
        esac
    done <<EOF
$(git config --get-regexp '^memory\.')
EOF
    found=$(git rev-parse --git-dir --git-common-dir "refs/heads/$branch") || return 1
    { read -r dir && read -r common && read -r tip; } <<EOF
$found
EOF
    if read -r proposal <"$dir/git-memory-proposal"; then
        tip=$(git rev-parse --verify --quiet "refs/heads/$branch-proposals/$proposal") || return 1
    fi
    settled=$common/git-memory/settled/$tip
}

git_memory_is_on() {
    case $1 in
        '' | [Ff]alse | FALSE | [Oo]ff | OFF | [Nn]o | NO | [Nn]ever | 0) return 1 ;;
    esac
}

# Git is in the middle of something, of which this is one step. Mostly the place is where it is looked for first:
# a long rebase need not wait for us to ask at each commit.
git_memory_is_busy() {
    dir=${dir:-${GIT_DIR:-.git}}
    [ -d "$dir/rebase-merge" ] || [ -d "$dir/rebase-apply" ] || [ -d "$dir/sequencer" ]
}

# Standard input, in a variable, in one go: two hooks are to have it. Where there is no `cat` this fails, and
# nothing of it is gone.
git_memory_read() {
    git_memory_input=$(cat 2>/dev/null)
}

git_memory_said() {
    [ -z "$git_memory_input" ] || printf '%s\n' "$git_memory_input" 2>/dev/null
}

# Settled is what the last look at this very version of the memory left settled. A path in that file has
# anchored lines that no commit had then: a commit that touches none of these has nothing for them either.
git_memory_post_commit() {
    dir='' && ! git_memory_is_busy && git_memory_look && ! git_memory_is_busy || return 0
    if git_memory_is_on "$checkpoint"; then
        git_memory_start checkpoint
        return 0
    fi
    if [ -f "$settled" ]; then
        set --
        while IFS= read -r path; do set -- "$@" "$path"; done <"$settled"
        [ $# -gt 0 ] || return 0
        touched=$(git --literal-pathspecs diff-tree -r -m --root --no-commit-id --name-only HEAD -- "$@")
        [ -n "$touched" ] || return 0
    fi
    git_memory_start
}

# What was rewritten is noted in any case; the commits that records speak of are listed beside. Git runs this at
# the very end of a rebase; only where it applied patches, the branch has not moved yet, and the next commit
# settles what there is.
git_memory_post_rewrite() {
    git_memory_look || return 0
    while read -r old new _; do
        [ -z "$new" ] || printf '%s %s hook\n' "$old" "$new"
    done >>"$common/git-memory/rewritten" <<EOF
$git_memory_input
EOF
    if [ -f "$settled.commits" ]; then
        git_memory_said | cut -d ' ' -f 1 | grep -q -F -f - "$settled.commits"
        [ $? -ne 1 ] || return 0
    fi
    if [ -d "$dir/rebase-apply" ] || { [ "$1" != rebase ] && git_memory_is_busy; }; then
        rm -f "$settled"
        return 0
    fi
    git_memory_start
}

# The checkpoint that was made last in this worktree, on top of HEAD and with changes that no commit had, is of the
# commit that is being made, if that brings one of its files. A template is left alone: git tells by its text
# whether it was filled in. A message that goes to the editor gets the trailer when it comes back, for git ends a
# commit whose message was left empty: which checkpoint it is, is noted beside the message until then.
git_memory_prepare_commit_msg() {
    git_memory_find_note "$1"
    [ ! -f "$note" ] || rm -f "$note"
    case ${2:-$PRE_COMMIT_COMMIT_MSG_SOURCE} in
        '' | message | squash) ;;
        *) return 0 ;;
    esac
    dir='' && ! git_memory_is_busy && git_memory_look && git_memory_is_on "$trailer" && ! git_memory_is_busy ||
        return 0
    [ -f "$dir/git-memory-checkpoint" ] && head=$(git rev-parse --verify --quiet HEAD) || return 0
    message=$1
    set --
    {
        read -r commit && read -r label && [ "$commit" = "$head" ] || return 0
        while IFS= read -r path; do set -- "$@" "$path"; done
    } <"$dir/git-memory-checkpoint"
    git --literal-pathspecs diff-index --cached --quiet HEAD -- "$@"
    [ $? -eq 1 ] || return 0
    if [ "$GIT_EDITOR" = : ]; then # what git says where there will be none
        git_memory_add_trailer "$message" "$label"
    else
        printf '%s %s\n' "$head" "$label" >"$note"
    fi
}

git_memory_commit_msg() {
    git_memory_find_note "$1"
    [ -f "$note" ] && [ -z "$GIT_MEMORY_HOOK" ] || return 0
    read -r head label <"$note"
    rm -f "$note"
    [ "$head" != "$(git rev-parse --verify --quiet HEAD)" ] || git_memory_add_trailer "$1" "$label"
}

git_memory_find_note() {
    case $1 in
        */*) note=${1%/*}/git-memory-trailer ;;
        *) note=git-memory-trailer ;;
    esac
}

# Whether git is going to keep lines that begin like comments. Without an editor it does, unless it was told to
# strip them; of what comes from the editor only where it was told so. Where scissors stand, git has put comments of
# its own beside the message.
git_memory_keeps_comments() {
    cleanup=$(git config commit.cleanup)
    if [ "$GIT_EDITOR" = : ]; then
        [ "$cleanup" != strip ] || return 1
        # What was said on the command line, a hook is not told.
        case $(ps -o args= -p "$PPID") in *--cleanup?strip*) return 1 ;; esac
        return 0
    fi
    case $cleanup in
        whitespace | verbatim | scissors) ! grep -q -F -e "$1 ------------------------ >8 ----" "$2" ;;
        *) return 1 ;;
    esac
}

# A message without a word in it stays without the trailer, as `git commit --signoff` leaves it to git.
git_memory_add_trailer() {
    comment=$(git config core.commentString || git config core.commentChar) || comment='#'
    if [ "$comment" = auto ]; then
        comment='#'
        while IFS= read -r line || [ -n "$line" ]; do
            case $line in [\#\;@!\$%^\&\|:]*) comment=${line%"${line#?}"} ;; esac
            case $line in "$comment ------------------------ >8 -"*) break ;; esac
        done <"$1"
    fi
    found='' kept=''
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            "$comment ------------------------ >8 ------------------------") break ;;
            'Signed-off-by: '*) ;;
            "$comment"*) kept=yes ;;
            *[![:space:]]*) found=yes ;;
        esac
    done <"$1"
    # No line of it begins with what stands for a comment then: else the trailer would come above those that do.
    if [ -n "$kept" ] && git_memory_keeps_comments "$comment" "$1"; then
        found=yes comment=$(printf '\001')
    fi
    [ -n "$found" ] || return 0
    case $1 in
        /*) file=$1 ;;
        *) file=$PWD/$1 ;;
    esac
    # Far from anybody's settings: these may have git add trailers, and run commands, that nobody asked for here.
    # A line of dashes in a message is no end of it.
    (
        unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_WORK_TREE
        export GIT_DIR=/dev/null GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
        git -c "core.commentChar=$comment" interpret-trailers --no-divider --in-place --where end \
            --if-exists addIfDifferent --if-missing add --trailer "Memory-Checkpoint: $2" "$file"
    )
}

# Asked before anything is read: a push can be of many thousand refs.
git_memory_syncs() {
    (git_memory_look && git_memory_is_on "$sync") </dev/null >/dev/null 2>&1
}

# A push of the memory itself is the person's own exchange: ours would only come in its way.
git_memory_pre_push() {
    git_memory_look && git_memory_is_on "$sync" || return 0
    case $PRE_COMMIT_LOCAL_BRANCH in "refs/heads/$branch" | "refs/heads/$branch-proposals/"*) return 0 ;; esac
    git_memory_said | grep -q -F -e "refs/heads/$branch " -e "refs/heads/$branch-proposals/"
    [ $? -ne 1 ] || git_memory_start
}

git_memory_ours() {
    (
        case $git_memory_hook in
            post-commit) git_memory_post_commit "$@" ;;
            post-rewrite) git_memory_post_rewrite "$@" ;;
            prepare-commit-msg) git_memory_prepare_commit_msg "$@" ;;
            commit-msg) git_memory_commit_msg "$@" ;;
            pre-push) git_memory_pre_push "$@" ;;
        esac
    ) </dev/null >/dev/null 3>&2 2>/dev/null || :
}

# The hook that was here before has its name in a folder of its own beside this one, and finds there what lies
# here: as it goes by its name or by its place, both are as they were.
git_memory_beside() {
    for path in "${0%/*}"/* "${0%/*}"/.[!.]*; do
        name=${path##*/}
        case $name in
            *.sample | *.git-memory-* | post-commit | post-rewrite | prepare-commit-msg | commit-msg | pre-push) ;;
            *) [ -e "$1/$name" ] || [ ! -e "$path" ] || ln -s "../$here/$name" "$1/$name" ;;
        esac
    done
}
git_memory_theirs=
if [ "$git_memory_is_chained" = yes ] && [ -x "${0%/*}.before-git-memory/$git_memory_hook" ]; then
    git_memory_theirs=${0%/*}.before-git-memory/$git_memory_hook
    (here=${0%/*} && here=${here##*/} && git_memory_beside "${0%/*}.before-git-memory") </dev/null >/dev/null 2>&1
fi

case $git_memory_hook in
    post-commit | commit-msg)
        git_memory_ours "$@"
        [ -z "$git_memory_theirs" ] || exec "$git_memory_theirs" "$@"
        ;;
    prepare-commit-msg)
        [ -z "$git_memory_theirs" ] || "$git_memory_theirs" "$@" || exit
        git_memory_ours "$@"
        ;;
    post-rewrite)
        if git_memory_read; then
            git_memory_ours "$@"
            [ -z "$git_memory_theirs" ] || {
                git_memory_said | "$git_memory_theirs" "$@"
                exit
            }
        elif [ -n "$git_memory_theirs" ]; then
            exec "$git_memory_theirs" "$@"
        fi
        ;;
    pre-push)
        if git_memory_syncs && git_memory_read; then
            [ -z "$git_memory_theirs" ] || git_memory_said | "$git_memory_theirs" "$@" || exit
            git_memory_ours "$@"
        elif [ -n "$git_memory_theirs" ]; then
            exec "$git_memory_theirs" "$@"
        fi
        ;;
esac
exit 0
