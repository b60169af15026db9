
# Names of objects, which pgmg knows from .pgmg/.
function __pgmg_objects
    set -l words (commandline -opc)
    command $words[1] complete-objects -- $words[2..] (commandline -ct) 2>/dev/null
end
complete -c pgmg -n "__fish_seen_subcommand_from graph why" -f -a "(__pgmg_objects)"
