import type { Address, Route } from "../../host/facts/links";
import { type Addressing, isSameRoute, networkOf } from "../../kernel/addressingOn";

/**
 * An addressing as NetworkManager sets it, and so takes it over: the routes to the addresses' networks are its own, with the
 * metric that all routes of the link have.
 */
export function asNetworkManagerSets({ addresses, routes, neighbours }: Addressing, metric: number): Addressing {
  const own = addresses.filter(({ dynamic }) => !dynamic);
  const networks = own.map((address) => routeTo(address, metric));
  const all = [...networks, ...routes.map((route) => ({ ...route, metric: route.metric ?? metric }))];
  return {
    addresses: addresses.map((one) =>
      own.includes(one) ? { ...one, flags: new Set([...one.flags, "noprefixroute"]) } : one,
    ),
    routes: all.filter((one, at) => at === all.findIndex((other) => isSameRoute(one, other))),
    neighbours,
  };
}

function routeTo(address: Address, metric: number): Route {
  const { family, local } = address;
  return {
    ...{ family, type: "unicast", destination: networkOf(address), protocol: "kernel", metric, onlink: false },
    ...(family === "inet" ? { scope: "link", source: local } : { scope: undefined, source: undefined }),
    ...{ gateway: undefined, device: undefined, table: undefined, expires: undefined },
  };
}
