import * as React from 'react';

/**
 * Fill the placeholders %1, %2, … of a translated sentence with elements.
 *
 * The translator fills in strings only, so pass it the placeholders themselves:
 * `sentence(trans.__('Run %1', '%1'), <code>…</code>)`.
 */
export function sentence(text: string, ...elements: React.ReactNode[]): JSX.Element {
  const parts = text.split(/%(\d)/);
  return (
    <>
      {parts.map((part, i) => (
        <React.Fragment key={i}>{i % 2 ? elements[Number(part) - 1] : part}</React.Fragment>
      ))}
    </>
  );
}
