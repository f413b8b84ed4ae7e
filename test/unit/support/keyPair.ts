import { utils } from "ssh2";

/** A key pair for SSH. ECDSA: of ssh2's Ed25519 keys, one in some 200 can't be read again (a leading zero is lost). */
export function keyPair(): { private: string; public: string } {
  return utils.generateKeyPairSync("ecdsa", { bits: 256 });
}
