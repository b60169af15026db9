
# Names of objects, which pgmg knows from .pgmg/; everything else as above.
_pgmg_with_objects() {
    local quote= object current=${COMP_WORDS[COMP_CWORD]} objects=() words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    case $current in
        \'* | \"*) quote=${current:0:1} current=${current:1} ;;
        *) current=${current//\\/} ;;
    esac
    words[COMP_CWORD - 1]=$current
    while IFS= read -r object; do
        if [[ $quote ]]; then object=$quote$object$quote; else printf -v object %q "$object"; fi
        objects+=("$object")
    done < <("$1" complete-objects -- "${words[@]}" 2>/dev/null)
    if [[ ${#objects[@]} -gt 0 ]]; then COMPREPLY=("${objects[@]}"); else _pgmg "$@"; fi
}

if [[ ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 || ${BASH_VERSINFO[0]} -gt 4 ]]; then
    complete -F _pgmg_with_objects -o nosort -o bashdefault -o default pgmg
else
    complete -F _pgmg_with_objects -o bashdefault -o default pgmg
fi
