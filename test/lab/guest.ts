import type { Host } from "./host";

export interface GuestOptions {
  name: string;
}

export class Guest {
  private constructor(
    readonly host: Host,
    readonly name: string,
  ) {}

  static async start(host: Host, { name }: GuestOptions): Promise<Guest> {
    return new Guest(host, name);
  }
}
