# Completes kvmnet in bash.
_kvmnet_hosts() {
	if declare -F _known_hosts_real >/dev/null; then
		_known_hosts_real -- "$1"
	else
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$1")
	fi
}

_kvmnet() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" words="" word
	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in doctor|topology|facts|history|undo|clean|completion|help) command=$word && break ;; esac
	done
	case $previous in
	-i|--identity|-F|--config|--trace)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	-J|--jump) _kvmnet_hosts "$current" && return ;;
	--listen|--self-test-address|--self-test-name|-l|--user|-p|--port|-o|--option) return ;;
	esac
	case $command:$current in
	:-*) words="-h --help -V --version" ;;
	:*) words="doctor topology facts history undo clean completion help" ;;
	doctor:-*) words="--json --listen --fix -y --yes --self-test --self-test-address --self-test-name -l --user -p --port -i --identity -F --config -J --jump -o --option --sudo --trace -h --help -V --version" ;;
	topology:-*) words="--json --svg --listen -l --user -p --port -i --identity -F --config -J --jump -o --option --sudo --trace -h --help -V --version" ;;
	facts:-*) words="--json -l --user -p --port -i --identity -F --config -J --jump -o --option --sudo --trace -h --help -V --version" ;;
	history:-*) words="--json -l --user -p --port -i --identity -F --config -J --jump -o --option --sudo --trace -h --help -V --version" ;;
	undo:-*) words="-y --yes -l --user -p --port -i --identity -F --config -J --jump -o --option --sudo --trace -h --help -V --version" ;;
	clean:-*) words="-y --yes -l --user -p --port -i --identity -F --config -J --jump -o --option --sudo --trace -h --help -V --version" ;;
	completion:-*) words="-h --help -V --version" ;;
	help:-*) words="-h --help -V --version" ;;
	completion:*) words="bash zsh fish" ;;
	help:*) words="doctor topology facts history undo clean completion help" ;;
	*) _kvmnet_hosts "$current" && return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _kvmnet kvmnet
