# Names of objects, which pgmg knows from .pgmg/; everything else as above.
functions[_pgmg_of_flags]=$functions[_pgmg]
_pgmg() {
    local -a objects
    objects=("${(@f)$("${(Q)words[1]}" complete-objects -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n $objects[1] ]]; then compadd -a objects; else _pgmg_of_flags "$@"; fi
}
