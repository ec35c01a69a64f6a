import { scheme } from '@ignite/api/scheme';
import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';

void answerAsWorker(scheme);
