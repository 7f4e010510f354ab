# Completion of `git memory` and `git-memory` for fish.
# To use it: git memory completion fish > ~/.config/fish/completions/git-memory.fish

function __git_memory_complete
    set -l before (commandline -opc)
    set -l words $before[2..-1]
    if test "$before[1]" = git
        set -l start (contains -i -- memory $before); or return
        set words $before[(math $start + 1)..-1]
    end
    set -l current (commandline -ct)
    for answer in (_GIT_MEMORY_COMPLETE=1 git-memory $words "$current" 2>/dev/null </dev/null)
        set -l parts (string split -m 2 \t -- $answer)
        switch $parts[1]
            case dir
                __fish_complete_directories "$current"
            case file
                __fish_complete_path "$current"
            case plain
                printf '%s\t%s\n' $parts[2] $parts[3]
        end
    end
end

complete --no-files --command git-memory --arguments '(__git_memory_complete)'
complete --no-files --command git --condition '__fish_seen_subcommand_from memory' --arguments '(__git_memory_complete)'
