/**
 * Puts counters into JavaScript: one at each function, branch, loop body and case, so that the fuzzer sees which code an
 * input reached. A counter costs about a nanosecond; V8's own block coverage costs a call for each block, and milliseconds to be read.
 */
import { parse, type Node } from 'acorn';

/** Gives a module its counters: `globalThis[COUNTERS](number)`. Where it is missing, nobody reads them. */
export const COUNTERS = 'livegenreFuzzCounters';
/** Their name in the module; `$` is in no name of ours. */
const NAME = '$hits';

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** @param source an ECMAScript module @returns the same on the same lines, with counters */
export function instrumented(source: string): string {
  const [before, behind]: [Insertion[], Insertion[]] = [[], []];
  let counters = 0;
  const hit = (): string => `${NAME}[${counters++}]++`;
  /** Outer ones open first and close last. */
  const around = (node: Node, opening: string, closing: string): void => {
    before.push({ at: node.start, text: opening });
    visit(node);
    behind.push({ at: node.end, text: closing });
  };
  const expression = (node: Node): void => around(node, `(${hit()}, `, ')');
  const statement = (node: Node): void => (node.type === 'BlockStatement' ? visit(node) : around(node, `{ ${hit()}; `, ' }'));

  /** What is reached only sometimes, by the name of its field in the node around it. */
  const conditional = (node: Node, field: string): ((child: Node) => void) | undefined => {
    switch (`${node.type} ${field}`) {
      case 'ConditionalExpression consequent':
      case 'ConditionalExpression alternate':
      case 'LogicalExpression right':
      case 'AssignmentPattern right': return expression;
      case 'AssignmentExpression right': return /^(?:&&|\|\||\?\?)=$/.test((node as Node & { operator: string }).operator) ? expression : undefined;
      case 'ArrowFunctionExpression body': return (body) => (body.type === 'BlockStatement' ? visit(body) : expression(body));
      case 'IfStatement consequent':
      case 'IfStatement alternate':
      case 'ForStatement body':
      case 'ForInStatement body':
      case 'ForOfStatement body':
      case 'WhileStatement body':
      case 'DoWhileStatement body': return statement;
      default: return undefined;
    }
  };

  function visit(node: Node): void {
    if (node.type === 'BlockStatement') before.push({ at: node.start + 1, text: ` ${hit()};` });
    const first = node.type === 'SwitchCase' ? (node as Node & { consequent: Node[] }).consequent[0] : undefined;
    if (first) before.push({ at: first.start, text: `${hit()}; ` });
    for (const [field, value] of Object.entries(node)) {
      for (const child of [value].flat()) if (isNode(child)) (conditional(node, field) ?? visit)(child);
    }
  }

  visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }));
  let [code, done] = [`const ${NAME} = globalThis.${COUNTERS}?.(${counters}) ?? new Uint8Array(${counters}); `, 0];
  // A stable sort: what stands at one place stays in its order, and what ends there comes before what begins.
  for (const { at, text } of [...behind, ...before].sort((one, other) => one.at - other.at)) {
    code += source.slice(done, at) + text;
    done = at;
  }
  return code + source.slice(done);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
