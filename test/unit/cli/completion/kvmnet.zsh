#compdef kvmnet
# Completes kvmnet in zsh.
_kvmnet() {
	local context state state_descr line curcontext=$curcontext
	local -a commands
	commands=(
		'doctor:what is wrong with a host’s bridges, networks and VMs, why, and what to do'
		'topology:a host’s network as a tree or a picture'
		'facts:what a host says of its network, firewall and VMs, as JSON'
		'history:what kvmnet has on a host, and what it changed there: when, for whom, as a diff'
		'undo:takes back the last confirmed change of a host’s network'
		'clean:takes away what is left on a host that has nothing of kvmnet’s any more'
		'completion:what a shell needs to complete kvmnet’s command line'
		'help:what there is, or what one command does'
	)
	_arguments -C '(-h --help)'{-h,--help}'[says what the command does]' '(-V --version)'{-V,--version}'[says which kvmnet this is]' '1:command:->command' '*::argument:->argument'
	case $state in
	command) _describe command commands ;;
	argument)
		case $words[1] in
		doctor)
			_arguments -S \
				'--json[as JSON]' \
				'--listen[how long it listens to what VMs and LAN say, after two ARP probes for each of the host’s addresses and its gateway]:SECONDS:' \
				'--fix[says what it would mend, and asks]' \
				'(-y --yes)'{-y,--yes}'[does it without asking]' \
				'--self-test[also tries the bridge as a VM would, with a NIC of its own that is gone afterwards]' \
				'--self-test-address[the same with this address, which must be free]:ADDRESS/PREFIX:' \
				'--self-test-name[the same, and the name must have an IPv4 address]:NAME:' \
				'(-l --user)'{-l,--user}'[the user to log in as]:USER:' \
				'(-p --port)'{-p,--port}'[the port of its SSH server]:PORT:' \
				'*'{-i,--identity}'[a key to log in with, or its .pub where an agent has it]:FILE:_files' \
				'(-F --config)'{-F,--config}'[the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config]:FILE:_files' \
				'(-J --jump)'{-J,--jump}'[the jump hosts on the way, USER@HOST:PORT each]:HOST[,HOST]:_hosts' \
				'*'{-o,--option}'[a line of ssh_config(5), before those of its files]:NAME=VALUE:' \
				'--sudo[become root by sudo]' \
				'--trace[append each command that the host is given, with its time, end and output]:FILE:_files' \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':host:_hosts'
			;;
		topology)
			_arguments -S \
				'--json[as JSON]' \
				'--svg[as a picture]' \
				'--listen[how long it listens to what VMs and LAN say, after two ARP probes for each of the host’s addresses and its gateway]:SECONDS:' \
				'(-l --user)'{-l,--user}'[the user to log in as]:USER:' \
				'(-p --port)'{-p,--port}'[the port of its SSH server]:PORT:' \
				'*'{-i,--identity}'[a key to log in with, or its .pub where an agent has it]:FILE:_files' \
				'(-F --config)'{-F,--config}'[the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config]:FILE:_files' \
				'(-J --jump)'{-J,--jump}'[the jump hosts on the way, USER@HOST:PORT each]:HOST[,HOST]:_hosts' \
				'*'{-o,--option}'[a line of ssh_config(5), before those of its files]:NAME=VALUE:' \
				'--sudo[become root by sudo]' \
				'--trace[append each command that the host is given, with its time, end and output]:FILE:_files' \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':host:_hosts'
			;;
		facts)
			_arguments -S \
				'--json[as JSON]' \
				'(-l --user)'{-l,--user}'[the user to log in as]:USER:' \
				'(-p --port)'{-p,--port}'[the port of its SSH server]:PORT:' \
				'*'{-i,--identity}'[a key to log in with, or its .pub where an agent has it]:FILE:_files' \
				'(-F --config)'{-F,--config}'[the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config]:FILE:_files' \
				'(-J --jump)'{-J,--jump}'[the jump hosts on the way, USER@HOST:PORT each]:HOST[,HOST]:_hosts' \
				'*'{-o,--option}'[a line of ssh_config(5), before those of its files]:NAME=VALUE:' \
				'--sudo[become root by sudo]' \
				'--trace[append each command that the host is given, with its time, end and output]:FILE:_files' \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':host:_hosts'
			;;
		history)
			_arguments -S \
				'--json[as JSON]' \
				'(-l --user)'{-l,--user}'[the user to log in as]:USER:' \
				'(-p --port)'{-p,--port}'[the port of its SSH server]:PORT:' \
				'*'{-i,--identity}'[a key to log in with, or its .pub where an agent has it]:FILE:_files' \
				'(-F --config)'{-F,--config}'[the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config]:FILE:_files' \
				'(-J --jump)'{-J,--jump}'[the jump hosts on the way, USER@HOST:PORT each]:HOST[,HOST]:_hosts' \
				'*'{-o,--option}'[a line of ssh_config(5), before those of its files]:NAME=VALUE:' \
				'--sudo[become root by sudo]' \
				'--trace[append each command that the host is given, with its time, end and output]:FILE:_files' \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':host:_hosts'
			;;
		undo)
			_arguments -S \
				'(-y --yes)'{-y,--yes}'[does it without asking]' \
				'(-l --user)'{-l,--user}'[the user to log in as]:USER:' \
				'(-p --port)'{-p,--port}'[the port of its SSH server]:PORT:' \
				'*'{-i,--identity}'[a key to log in with, or its .pub where an agent has it]:FILE:_files' \
				'(-F --config)'{-F,--config}'[the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config]:FILE:_files' \
				'(-J --jump)'{-J,--jump}'[the jump hosts on the way, USER@HOST:PORT each]:HOST[,HOST]:_hosts' \
				'*'{-o,--option}'[a line of ssh_config(5), before those of its files]:NAME=VALUE:' \
				'--sudo[become root by sudo]' \
				'--trace[append each command that the host is given, with its time, end and output]:FILE:_files' \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':host:_hosts'
			;;
		clean)
			_arguments -S \
				'(-y --yes)'{-y,--yes}'[does it without asking]' \
				'(-l --user)'{-l,--user}'[the user to log in as]:USER:' \
				'(-p --port)'{-p,--port}'[the port of its SSH server]:PORT:' \
				'*'{-i,--identity}'[a key to log in with, or its .pub where an agent has it]:FILE:_files' \
				'(-F --config)'{-F,--config}'[the config of ssh, instead of ~/.ssh/config and /etc/ssh/ssh_config]:FILE:_files' \
				'(-J --jump)'{-J,--jump}'[the jump hosts on the way, USER@HOST:PORT each]:HOST[,HOST]:_hosts' \
				'*'{-o,--option}'[a line of ssh_config(5), before those of its files]:NAME=VALUE:' \
				'--sudo[become root by sudo]' \
				'--trace[append each command that the host is given, with its time, end and output]:FILE:_files' \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':host:_hosts'
			;;
		completion)
			_arguments -S \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':shell:(bash zsh fish)'
			;;
		help)
			_arguments -S \
				'(-h --help)'{-h,--help}'[says what the command does]' \
				'(-V --version)'{-V,--version}'[says which kvmnet this is]' \
				':command:(doctor topology facts history undo clean completion help)'
			;;
		esac
		;;
	esac
}

# As a file of fpath, it is the function; read by eval, it defines one.
if [[ $funcstack[1] == _kvmnet ]]; then _kvmnet "$@"; else compdef _kvmnet kvmnet; fi
