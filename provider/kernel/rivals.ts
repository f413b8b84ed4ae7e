import type { Facts } from "../host/facts/facts";
import type { Route } from "../host/facts/links";
import { isSameRoute, nothing } from "./addressingOn";
import { noRouteLine, routeLine } from "./lines";
import type { TargetLink } from "./target";

/** The route of a link that is this one for the kernel, whatever its way. */
export const routeOn = (link: TargetLink | undefined, route: Route): Route | undefined =>
  link?.addressing?.routes.find((one) => isSameRoute(one, route));

/** The routes, in the kernel's order, that are on several links before or after a change: the kernel replaces any of them. */
export type Rivals = (route: Route) => readonly Route[];

export function rivalsIn({ routes }: Facts, before: readonly TargetLink[], after: readonly TargetLink[]): Rivals {
  const others = routes.filter(({ device }) => !before.some(({ name }) => name === device));
  return (route) => {
    const same = (one: Route) => isSameRoute(one, route) && !one.hops;
    const several = [before, after].some((links) => links.filter((link) => routeOn(link, route)).length > 1);
    return !route.hops && (several || others.some(same)) ? routes.filter(same) : [];
  };
}

/**
 * Where another link has a route that is the same one for the kernel but for its way: `replace` would take that one's
 * place, or fail. It comes first or last of them, as it was. As one that is there already ends a batch, this one goes on.
 */
export function rivalLines(
  { name, addressing = nothing }: TargetLink,
  from: readonly TargetLink[],
  to: readonly TargetLink[],
  rivals: Rivals,
): string[] {
  const routeOf = (links: readonly TargetLink[], device: string | undefined, route: Route) =>
    routeOn(
      links.find((link) => link.name === device),
      route,
    );
  return addressing.routes.flatMap((route) => {
    const [first] = rivals(route);
    if (!first) return [];
    const had = routeOf(from, name, route);
    const moved = from.some((link) => link.name === first.device) && !routeOf(to, first.device, route);
    const place = route.family === "inet" && (first.device === name || moved) ? "prepend" : "append";
    const now = routeLine(route, name, place);
    return had && routeLine(had, name, place) !== now ? [noRouteLine(had, name), now] : [now];
  });
}
