import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findKnownKeys } from "../../../provider/host/ssh/knownHosts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDs2w25zgprl4j44M9P8s7CviMWkA8F4IfFFEdJK1HIE";

test.each([
  ["by name", `kvm1 ${key}`, "kvm1", 22, true],
  ["by name, whatever its case", `kvm1 ${key}`, "KVM1", 22, true],
  ["in a list", `other,192.0.2.1,kvm1 ${key} a comment`, "192.0.2.1", 22, true],
  ["by a pattern", `*.example,!bad.example ${key}`, "kvm1.example", 22, true],
  ["not where a pattern takes it out", `*.example,!bad.example ${key}`, "bad.example", 22, false],
  ["at another port", `[kvm1]:2222 ${key}`, "kvm1", 2222, true],
  ["not at SSH's own port when it is known at another", `[kvm1]:2222 ${key}`, "kvm1", 22, false],
  ["not in a comment", `# kvm1 ${key}`, "kvm1", 22, false],
  ["not as a certificate authority's key", `@cert-authority kvm1 ${key}`, "kvm1", 22, false],
  ["a dot is a dot", `kvm1.example ${key}`, "kvm1xexample", 22, false],
])("a host is found %s", (_how, text, host, port, found) => {
  expect(findKnownKeys(text, host, port).map((known) => known.blob)).toEqual(found ? [key.split(" ")[1]] : []);
});

test("a revoked key is found as revoked", () => {
  expect(findKnownKeys(`@revoked * ${key}`, "kvm1", 22)).toMatchObject([{ revoked: true }]);
});

test("names that ssh-keygen hashed are found", () => {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-known-hosts-"));
  try {
    const file = join(folder, "known_hosts");
    writeFileSync(file, `kvm1.example ${key}\n`);
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("kvm1");
    expect(findKnownKeys(text, "kvm1.example", 22)).toHaveLength(1);
    expect(findKnownKeys(text, "kvm2.example", 22)).toHaveLength(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
