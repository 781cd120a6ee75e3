import { autocompletion, Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { Extension } from '@codemirror/state';

import { ISchema } from '../api';
import { placeAt } from './place';

/** Complete fields and their values from the schema of the experiment file. */
export function completion(schema: () => Promise<ISchema>): Extension {
  return autocompletion({
    override: [async context => complete(context, await schema())],
    icons: false,
    activateOnTyping: true
  });
}

function complete(context: CompletionContext, schema: ISchema): CompletionResult | null {
  const { path, field, typed, from } = placeAt(context.state, context.pos);
  if (typed.startsWith('#') || (!typed && !context.explicit && field === null)) {
    return null;
  }
  const inside = at(schema, path);
  const options = field === null ? fieldsOf(inside) : valuesOf(at(inside, [field]));
  return options.length ? { from, options, validFor: /^[\w]*$/ } : null;
}

function at(schema: ISchema | undefined, path: string[]): ISchema | undefined {
  return path.reduce<ISchema | undefined>((inner, name) => inner?.properties?.[name], schema);
}

function fieldsOf(schema: ISchema | undefined): Completion[] {
  return Object.entries(schema?.properties ?? {}).map(([label, field]) => ({
    label,
    apply: field.properties ? `${label}:\n` : `${label}: `,
    detail: typeWords(field),
    info: field.description,
    type: 'property'
  }));
}

function valuesOf(schema: ISchema | undefined): Completion[] {
  const values = options(schema).flatMap(option =>
    option.type === 'boolean' ? ['true', 'false'] : option.enum ?? []
  );
  return values.map(label => ({ label, type: 'enum' }));
}

function options(schema: ISchema | undefined): ISchema[] {
  return schema?.anyOf ?? (schema ? [schema] : []);
}

function typeWords(schema: ISchema): string {
  const words = options(schema).map(option => (option.enum ? option.enum.join(' | ') : option.type));
  return words.filter(word => word && word !== 'null').join(' | ');
}
