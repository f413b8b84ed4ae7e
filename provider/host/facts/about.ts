const named = (value: unknown, keys: readonly string[]) =>
  typeof value === "object" && value !== null
    ? keys.flatMap((key) => {
        const one = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
        return typeof one === "string" ? [one] : [];
      })
    : [];

export function aboutLink(element: unknown) {
  const [name] = named(element, ["ifname"]);
  // Whose port it is, and what it is on, is concerned as well.
  return name === undefined
    ? { name: "an interface", names: undefined }
    : { name: `the interface ${name}`, names: named(element, ["ifname", "master", "link"]) };
}

export function aboutRoute(element: unknown) {
  const [device] = named(element, ["dev"]);
  const to = named(element, ["dst"])[0] ?? "somewhere";
  return device === undefined
    ? { name: `a route to ${to}`, names: undefined }
    : { name: `the route to ${to} by ${device}`, names: [device] };
}

export function aboutNeighbour(element: unknown) {
  const [device] = named(element, ["dev"]);
  return {
    name: device === undefined ? "a neighbour" : `a neighbour on ${device}`,
    names: device === undefined ? undefined : [device],
  };
}
