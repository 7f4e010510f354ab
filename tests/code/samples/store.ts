import { memo } from "react";

export interface User {
  readonly name: string;
  check(password: string): boolean;
}

export type Role = "admin" | "user";

export const enum Level {
  Low,
  High = 3,
}

export function find(id: string): User;
export function find(id: number): User;
export function find(id: unknown): User {
  const lookup = (key: unknown) => key;
  return lookup(id) as User;
}

@sealed
export abstract class Store<T> {
  static #count = 0;
  private items: T[] = [];
  handle = async (event: Event) => {
    this.items.pop();
  };

  constructor(readonly name: string) {}

  get size(): number {
    return this.items.length;
  }

  set size(value: number) {
    this.items.length = value;
  }

  @cached
  @logged()
  static async load<T>(id: string): Promise<T> {
    throw new Error(id);
  }

  abstract save(item: T): void;

  #hidden() {}
}

export const api = {
  base: "/v1",
  async get(path: string) {
    return path;
  },
  remove: (path: string) => {
    return path;
  },
  nested: { deep: function () {} },
} as const;

const one = 1,
  add = (a: number) => a + one;

export const Card = memo(function Card(props: { title: string }) {
  return props.title;
});

export default class {
  run() {}
}

namespace Shapes.Flat {
  export class Circle {}
}

declare module "elsewhere" {
  function outside(): void;
}

declare function global(name: string): void;
