import * as React from 'react';

const MIN_INTERVAL_MS = 5000;

/** Announces a message to screen readers, at most every five seconds: then the latest one. */
export function Announcer(props: { message: string }): JSX.Element {
  const { message } = props;
  const [text, setText] = React.useState('');
  const lastAt = React.useRef(0);
  React.useEffect(() => {
    const wait = Math.max(0, lastAt.current + MIN_INTERVAL_MS - Date.now());
    const timer = window.setTimeout(() => {
      lastAt.current = Date.now();
      setText(message);
    }, wait);
    return () => window.clearTimeout(timer);
  }, [message]);
  return (
    <div role="status" className="jp-AutoML-unseen">
      {text}
    </div>
  );
}
