import { run } from "./run";

const ofKvmnet = "See kvmnet --help\n";
const ofDoctor = "See kvmnet doctor --help\n";

/** The command line, and its one line. */
const cases: readonly (readonly [string, string, string?])[] = [
  ["", "which command? Try kvmnet doctor HOST"],
  ["dcotor kvm1", 'dcotor is no command; did you mean "doctor"?'],
  ["watch kvm1", "watch is no command; there are doctor, topology, facts, history, undo, clean, completion and help"],
  ["help dcotor", 'dcotor is no command; did you mean "doctor"?'],
  ["version", "version is no command; write kvmnet --version"],
  [
    "doctor -l root:hunter2 kvm1",
    "-l: must be the name of a user alone: a password does not belong on a command line",
    ofDoctor,
  ],
  ["--jsno", "there is no option --jsno; did you mean --json?"],
  ["doctor", "doctor takes a host: kvmnet doctor kvm1.example", ofDoctor],
  ["doctor kvm1 kvm2", "doctor takes one host, and here are 2: kvm1, kvm2", ofDoctor],
  ["doctor --jsno kvm1", "doctor has no option --jsno; did you mean --json?", ofDoctor],
  ["doctor -x kvm1", "doctor has no option -x", ofDoctor],
  ["doctor --svg kvm1", "--svg is no option of doctor, but of topology", ofDoctor],
  ["topology --fix kvm1", "--fix is no option of topology, but of doctor", "See kvmnet topology --help\n"],
  [
    "completion -p 22 bash",
    "-p is no option of completion, but of doctor, topology, facts, history, undo and clean",
    "See kvmnet completion --help\n",
  ],
  ["doctor --json=yes kvm1", "--json takes no value", ofDoctor],
  ["doctor kvm1 --listen", "--listen needs a value: --listen SECONDS", ofDoctor],
  ["doctor --listen 1s kvm1", "--listen 1s: must be a number of seconds, at most 9999", ofDoctor],
  ["doctor --listen 10000 kvm1", "--listen 10000: must be a number of seconds, at most 9999", ofDoctor],
  ["help doctor facts", "help takes one command, and here are 2: doctor, facts", "See kvmnet help --help\n"],
  ["--version=1", "--version takes no value"],
  ["doctor --help=yes kvm1", "--help takes no value", ofDoctor],
  ["doctor -p 22 -p 23 kvm1", "-p is said 2 times; say it once", ofDoctor],
  [
    "topology --json --svg kvm1",
    "--json and --svg are two pictures of one thing; say one",
    "See kvmnet topology --help\n",
  ],
  ["doctor --yes kvm1", "--yes answers --fix, which is not there", ofDoctor],
  [
    "doctor --fix kvm1",
    "--fix asks before it does anything, and there is no terminal to ask on; --yes says yes",
    ofDoctor,
  ],
  [
    "clean kvm1",
    "clean asks before it does anything, and there is no terminal to ask on; --yes says yes",
    "See kvmnet clean --help\n",
  ],
  [
    "undo kvm1",
    "undo asks before it does anything, and there is no terminal to ask on; --yes says yes",
    "See kvmnet undo --help\n",
  ],
  ["doctor --self-test-name a_b kvm1", "--self-test-name a_b: must be a name like nas.example", ofDoctor],
  [
    "doctor --self-test-address 2001:db8::6/64 kvm1",
    "--self-test-address 2001:db8::6/64: must be an IPv4 address with its prefix length, like 192.0.2.60/24",
    ofDoctor,
  ],
  [
    "doctor kvm1:ssh",
    "kvm1:ssh is not a host; write kvm1.example, root@192.0.2.10:22, [2001:db8::10]:22 or ssh://root@kvm1.example:22",
    ofDoctor,
  ],
  ["doctor root:secret@kvm1", "a password does not belong on a command line: write root@kvm1", ofDoctor],
  ["doctor -p 0 kvm1", "-p 0: must be a number from 1 to 65535", ofDoctor],
  ["doctor -p 0x16 kvm1", "-p 0x16: must be a number from 1 to 65535", ofDoctor],
  ["doctor -p 1e3 kvm1", "-p 1e3: must be a number from 1 to 65535", ofDoctor],
  ["doctor -o Port=0x16 kvm1", "-o Port=0x16: must be a number from 1 to 65535", ofDoctor],
  ["doctor SSH://root:secret@kvm1", "a password does not belong on a command line: write root@kvm1", ofDoctor],
  ["doctor -i / kvm1", "-i /: it is a folder", ofDoctor],
  ["doctor -F / kvm1", "-F /: it is a folder", ofDoctor],
  ["doctor -p 23 kvm1:22", "-p 23: kvm1:22 has another port; say one", ofDoctor],
  ["doctor -l me root@kvm1", "-l me: root@kvm1 has another user; say one", ofDoctor],
  ["doctor -i /nowhere/id kvm1", "-i /nowhere/id: there is no such file", ofDoctor],
  ["doctor -F /nowhere/config kvm1", "-F /nowhere/config: there is no such file", ofDoctor],
  ["doctor -J [bastion kvm1", "-J [bastion: must be [USER@]HOST[:PORT], several parted by commas", ofDoctor],
  ["doctor -o Port kvm1", "-o Port: must be a line of ssh_config(5), like -o IdentitiesOnly=yes", ofDoctor],
  ["doctor -o Prot=22 kvm1", "-o Prot: kvmnet does not go by this one; did you mean Port?", ofDoctor],
  ["doctor -o Port=0 kvm1", "-o Port=0: must be a number from 1 to 65535", ofDoctor],
  ["doctor -o ConnectTimeout=1m kvm1", "-o ConnectTimeout=1m: must be a number of seconds", ofDoctor],
  [
    "doctor -o stricthostkeychecking=maybe kvm1",
    "-o StrictHostKeyChecking=maybe: must be yes, no, accept-new, ask or off",
    ofDoctor,
  ],
  [
    "doctor -o ForwardX11=yes kvm1",
    "-o ForwardX11: kvmnet does not go by this one; it goes by CheckHostIP, ConnectTimeout, GlobalKnownHostsFile, HostKeyAlias, HostName, IdentitiesOnly, IdentityAgent, IdentityFile, Port, ProxyCommand, ProxyJump, RevokedHostKeys, ServerAliveInterval, StrictHostKeyChecking, User, UserKnownHostsFile",
    ofDoctor,
  ],
  [
    "doctor -o KnownHostsCommand=keys kvm1",
    "-o KnownHostsCommand: kvmnet does not do this, so it can only be switched off: -o KnownHostsCommand=none",
    ofDoctor,
  ],
  [
    "doctor --trace /nowhere/trace kvm1",
    "--trace /nowhere/trace: can't be written: ENOENT: no such file or directory",
    ofDoctor,
  ],
  ["completion", "completion takes the name of a shell: bash, zsh or fish", "See kvmnet completion --help\n"],
  ["completion tcsh", "completion takes the name of a shell: bash, zsh or fish", "See kvmnet completion --help\n"],
];

test.each(cases)("kvmnet %s: %s", async (typed = "", line, see = ofKvmnet) => {
  expect(await run(...typed.split(" ").filter(Boolean))).toEqual({
    code: 64,
    stdout: "",
    stderr: `kvmnet: ${line}\n${see}`,
  });
});
