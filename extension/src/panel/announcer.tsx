import * as React from 'react';

const AT_MOST_EVERY_MS = 5000;

/**
 * A sentence for screen readers, said at most every five seconds: of those that come sooner, the
 * last is said.
 */
export function Announcer(props: { sentence: string }): JSX.Element {
  const { sentence } = props;
  const [said, say] = React.useState('');
  const lastAt = React.useRef(0);
  React.useEffect(() => {
    const wait = Math.max(0, lastAt.current + AT_MOST_EVERY_MS - Date.now());
    const timer = window.setTimeout(() => {
      lastAt.current = Date.now();
      say(sentence);
    }, wait);
    return () => window.clearTimeout(timer);
  }, [sentence]);
  return (
    <div role="status" className="jp-AutoML-unseen">
      {said}
    </div>
  );
}
