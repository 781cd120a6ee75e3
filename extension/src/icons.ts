import { LabIcon } from '@jupyterlab/ui-components';

const svg = (content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">${content}</svg>`;

/** A leaderboard: three scores with intervals. */
export const automlIcon = new LabIcon({
  name: 'automl-magic:automl',
  svgstr: svg(
    '<g class="jp-icon3" fill="#616161"><path d="M3 6.25h18v1.5H3z"/><circle cx="15.5" cy="7" r="3"/>' +
      '<path d="M3 11.75h13v1.5H3z"/><circle cx="9.5" cy="12.5" r="2.5"/>' +
      '<path d="M3 17.25h10v1.5H3z"/><circle cx="6.5" cy="18" r="2.5"/></g>'
  )
});

/** A magic wand. */
export const wizardIcon = new LabIcon({
  name: 'automl-magic:wizard',
  svgstr: svg(
    '<g class="jp-icon3" fill="#616161"><path d="m3.3 18.6 10-10 2.1 2.1-10 10z"/>' +
      '<path d="m17 2 1.1 2.9L21 6l-2.9 1.1L17 10l-1.1-2.9L13 6l2.9-1.1z"/>' +
      '<path d="m20 12 .7 1.8 1.8.7-1.8.7-.7 1.8-.7-1.8-1.8-.7 1.8-.7z"/>' +
      '<path d="m8 2 .7 1.8 1.8.7-1.8.7L8 7l-.7-1.8-1.8-.7 1.8-.7z"/></g>'
  )
});

/** A document with lines. */
export const planIcon = new LabIcon({
  name: 'automl-magic:plan',
  svgstr: svg(
    '<g class="jp-icon3" fill="#616161"><path d="M5 2h10l4 4v16H5zm2 2v16h10V7h-3V4z"/>' +
      '<path d="M9 10h6v1.5H9zm0 3.25h6v1.5H9zm0 3.25h4V18H9z"/></g>'
  )
});

/** A speech bubble with a question mark. */
export const whyIcon = new LabIcon({
  name: 'automl-magic:why',
  svgstr: svg(
    '<g class="jp-icon3" fill="#616161"><path d="M4 3h16v14h-6l-4 4v-4H4zm2 2v10h6v1.5l1.5-1.5H18V5z"/>' +
      '<path d="M9.2 8.6a2.9 2.9 0 1 1 4 2.7c-.3.1-.4.3-.4.6v.6h-1.6v-.7c0-.9.5-1.6 1.3-1.9a1.3 1.3 0 1 0-1.7-1.3z"/>' +
      '<circle cx="12" cy="13.6" r=".95"/></g>'
  )
});
