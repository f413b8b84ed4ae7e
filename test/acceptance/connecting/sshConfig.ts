/** A ~/.ssh/config with a Host for each thing that it can say. */
export function configFor({
  address,
  bastion,
  wrongAgent,
}: {
  address: string;
  bastion: string;
  wrongAgent: string;
}): string {
  const lab = "  User root\n  IdentityFile ~/.ssh/lab";
  const here = `  HostName ${address}\n${lab}`;
  return `# by hand
Include mo?e nothere/*
Host byconfig
${here}
  Port=2222
Host ownknown
${here}
  UserKnownHostsFile "~/.ssh/other_hosts"
Host authority
${here}
  UserKnownHostsFile ~/.ssh/authority
Host wrongkey
${here}
  UserKnownHostsFile ~/.ssh/wrong_hosts
Host unknownkey unchecked acceptnew
${here}
  UserKnownHostsFile ~/.ssh/none_hosts
Host unchecked
  StrictHostKeyChecking no
Host acceptnew
  StrictHostKeyChecking accept-new
Host bastion
  HostName ${bastion}
${lab}
Host jumped jumped2
  HostName 203.0.113.3
${lab}
Host jumped
  ProxyJump bastion
Host jumped2
  ProxyJump root@bastion:22,root@203.0.113.2
Host 203.0.113.2
${lab}
Host bycommand badcommand
${here}
Host bycommand
  ProxyCommand ssh -q -i ~/.ssh/lab -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -W "[%h]:%p" root@${bastion}
Host badcommand
  ProxyCommand sh -c 'echo "no tunnel" >&2; exit 3'
Host bycard
  PKCS11Provider /usr/lib/card.so
Host bygss
  GSSAPIAuthentication yes
Host loop
  ProxyJump loop
Host onlylab
${here}
  IdentitiesOnly yes
Host otheragent
  HostName ${address}
  User root
  IdentityFile none
  IdentityAgent ${wrongAgent}
Host noagent
  HostName ${address}
  User root
  IdentityFile ~/.ssh/other
  IdentityAgent /nothere/agent
Host card
  HostName 203.0.113.2
  PKCS11Provider /usr/lib/card.so
Host jumpedcard
  HostName 203.0.113.3
${lab}
  ProxyJump bastion,card
Host byencrypted
  HostName ${address}
  User root
  IdentityFile ~/.ssh/encrypted
Host aliased
${here}
  HostKeyAlias kvm-by-alias
Host globally
${here}
  UserKnownHostsFile ~/.ssh/none_hosts
  GlobalKnownHostsFile ~/.ssh/other_hosts
Host slow
  HostName 192.0.2.99
  ConnectTimeout 1
${lab}
Match originalhost byexec exec "true"
  User root
Host bymatch
  HostName ${address}
Match host ${address} originalhost "bymatch"
${lab}
`;
}
