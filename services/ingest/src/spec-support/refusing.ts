/** Lets a call of a method fail, before or after its effect. */
export interface Refusal {
  readonly method: string;
  /** The effect has happened, and its answer is lost. */
  readonly after: boolean;
  /** Only calls whose first argument contains it. */
  readonly about: string;
}

/** A port whose next matching calls are refused, each refusal once. Everything else passes through. */
export function refusing<T extends object>(
  port: T,
): { readonly port: T; readonly refuse: (refusal: Refusal) => void } {
  const refusals: Refusal[] = [];
  const take = (method: string, about: unknown) => {
    const at = refusals.findIndex((one) => one.method === method && String(about).includes(one.about));
    return at < 0 ? null : refusals.splice(at, 1)[0];
  };
  const wrapped = new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') {
        return value;
      }
      return (...args: unknown[]): unknown => {
        const refusal = take(String(name), args[0]);
        if (refusal === null || refusal === undefined) {
          return Reflect.apply(value, target, args);
        }
        const effect = refusal.after
          ? Promise.resolve(Reflect.apply(value, target, args))
          : Promise.resolve();
        return effect.then(() => {
          throw new Error(`refused: ${String(name)}`);
        });
      };
    },
  });
  return { port: wrapped, refuse: (refusal) => refusals.push(refusal) };
}
