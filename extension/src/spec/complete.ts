import { autocompletion, Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { Extension } from '@codemirror/state';

import { ISchema } from '../api';
import { cursorContext } from './cursorContext';

/** Complete fields and values from the experiment file's schema. */
export function completion(schema: () => Promise<ISchema>): Extension {
  return autocompletion({
    override: [async context => complete(context, await schema())],
    icons: false,
    activateOnTyping: true
  });
}

function complete(context: CompletionContext, schema: ISchema): CompletionResult | null {
  const { path, field, typed, from } = cursorContext(context.state, context.pos);
  if (typed.startsWith('#') || (!typed && !context.explicit && field === null)) {
    return null;
  }
  const parent = schemaAt(schema, path);
  const options =
    field === null ? fieldCompletions(parent) : valueCompletions(schemaAt(parent, [field]));
  return options.length ? { from, options, validFor: /^[\w]*$/ } : null;
}

function schemaAt(schema: ISchema | undefined, path: string[]): ISchema | undefined {
  return path.reduce<ISchema | undefined>((parent, name) => parent?.properties?.[name], schema);
}

function fieldCompletions(schema: ISchema | undefined): Completion[] {
  return Object.entries(schema?.properties ?? {}).map(([label, field]) => ({
    label,
    apply: field.properties ? `${label}:\n` : `${label}: `,
    detail: formatType(field),
    info: field.description,
    type: 'property'
  }));
}

function valueCompletions(schema: ISchema | undefined): Completion[] {
  const values = alternatives(schema).flatMap(option =>
    option.type === 'boolean' ? ['true', 'false'] : option.enum ?? []
  );
  return values.map(label => ({ label, type: 'enum' }));
}

function alternatives(schema: ISchema | undefined): ISchema[] {
  return schema?.anyOf ?? (schema ? [schema] : []);
}

function formatType(schema: ISchema): string {
  const types = alternatives(schema).map(option =>
    option.enum ? option.enum.join(' | ') : option.type
  );
  return types.filter(type => type && type !== 'null').join(' | ');
}
